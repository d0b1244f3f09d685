"""Static files of production: compressed, and named by their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Modules import each other by those names too.

    Otherwise a phone would keep one file under two names, and without a signal find
    neither under the one that is asked for.
    """

    support_js_module_import_aggregation = True
