"""Lists that stay quick on every page."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Pages by cursor: the thousandth is as quick as the first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    cursor_query_param = "cursor"
