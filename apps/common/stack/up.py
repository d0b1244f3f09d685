"""``manage.py up``: everything on one machine, until Ctrl-C.

A module of its own rather than the management command's body: Django would keep 60 MB
here for nothing.
"""

import argparse
import datetime
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

import environ

from .errors import StackError
from .run_folder import RunFolder
from .services import ROOT, Certificate
from .stack import LOCALHOST, SETTINGS_MODULE, Plan, Stack, StopRequested

WATCH_EVERY_S = 0.25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; each has a variable of the environment as its default."""
    get = os.environ.get
    parser.add_argument(
        "--port", type=int, default=get("PORT", "8000"), help="PORT, 8000"
    )
    parser.add_argument(
        "--host",
        default=get("HOST", LOCALHOST),
        help="this machine's name or address in the network, to open it: HOST",
    )
    parser.add_argument(
        "--https",
        action="store_true",
        default=get("HTTPS", "0") not in {"", "0"},
        help="with a certificate made here: HTTPS=1",
    )
    parser.add_argument(
        "--run-dir",
        type=Path,
        default=get("RUN_DIR", str(ROOT / ".run")),
        help="data, logs and mail: RUN_DIR, .run",
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="do not load the demo's people"
    )
    parser.add_argument(
        "--new-passwords",
        action="store_true",
        help="give the roles on the server of DATABASE_URL new passwords",
    )


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, run until stopped, and leave with a clear word."""
    environ.Env.read_env(ROOT / ".env")
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    # Mail, logs and passwords of one account are nobody else's business.
    os.umask(0o077)
    try:
        run(plan=_plan(options), with_demo=not options.no_demo)
    except StackError as error:
        say(str(error))
        raise SystemExit(1) from error


def run(*, plan: Plan, with_demo: bool) -> None:
    """Run everything until SIGINT or SIGTERM, then stop it in good order."""
    stopping = _listen_for_signals()
    with plan.folder.hold(about=plan.base_url):
        plan.folder.stop_orphans(say=say)
        stack = Stack(plan, say=say, is_stopping=stopping.is_set)
        try:
            _start(stack, with_demo=with_demo)
            while not stopping.wait(WATCH_EVERY_S):
                stack.supervisor.watch()
        except StopRequested:
            pass
        except StackError as error:
            # Said before the rest is stopped: this is what the reader looks for.
            say(f"\n{error}\n")
            raise SystemExit(1) from error
        finally:
            say("Stopping.")
            stack.stop()
            say(f"Stopped. The data stay in {plan.folder.root}.")


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)  # noqa: T201 - this program talks to a terminal


def _start(stack: Stack, *, with_demo: bool) -> None:
    started_at = time.monotonic()
    say("Starting the database, the broker and the mail server.")
    stack.start_servers()
    stack.migrate()
    # All load their code while the demo is loaded, which they see when it is complete.
    stack.start_workers()
    stack.start_web()
    accounts = stack.load_demo() if with_demo else ""
    stack.wait_for_web()
    _greet(stack, accounts=accounts, seconds=time.monotonic() - started_at)


def _greet(stack: Stack, *, accounts: str, seconds: float) -> None:
    url, folder = stack.plan.base_url, stack.plan.folder
    lines = [
        "",
        f"EIHtrack runs at {url}/ (ready in {seconds:.1f} s)",
        f"  mail it sent   {url}/demo/mail/ (sign-in codes too)",
        f"  who is who     {url}/demo/",
        f"  API            {url}/api/v1/docs/",
        f"  logs           {folder.log('web').parent}",
        *(["", accounts.rstrip()] if accounts.strip() else []),
        *(["", *_network_advice(stack.plan)] if stack.plan.is_open else []),
        "",
        "Ctrl-C stops it.",
    ]
    say("\n".join(lines))


def _network_advice(plan: Plan) -> list[str]:
    advice = [
        "Everyone in this network can open it and use the demo's accounts.",
    ]
    if plan.certificate is None:
        return [*advice, "A phone can work offline only with HTTPS=1."]
    return [*advice, f"A phone must trust {plan.certificate.chain} first."]


def _plan(options: argparse.Namespace) -> Plan:
    folder = RunFolder(Path(options.run_dir).absolute())
    return Plan(
        folder=folder,
        certificate=_certificate(options.host, folder) if options.https else None,
        host=options.host,
        port=options.port,
        admin_url=os.environ.get("DATABASE_URL", ""),
        broker_url=os.environ.get("REDIS_URL", ""),
        may_replace_passwords=options.new_passwords,
        settings_module=os.environ.get("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE),
    )


def _certificate(host: str, folder: RunFolder) -> Certificate:
    # Imported here: cryptography takes 12 MB that only HTTPS needs.
    from .certificates import certificate_for  # noqa: PLC0415

    folder.make()
    now = datetime.datetime.now(tz=datetime.UTC)
    return certificate_for(host, folder=folder.root, now=now)


def _listen_for_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


if __name__ == "__main__":
    main()
