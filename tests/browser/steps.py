"""What a person does on the phone, and what became of it."""

from playwright.sync_api import Page

from .phone import Phone

REST_DAY = "/check-in/rest-day/"
# How many rows one store of the phone holds.
WAITING = """store => new Promise((done) => {
    const asked = indexedDB.open("eihtrack");
    asked.onsuccess = () => {
        const rows = asked.result.transaction(store).objectStore(store).count();
        rows.onsuccess = () => { asked.result.close(); done(rows.result); };
    };
})"""


def train(page: Page, *, where: str = "On my own") -> None:
    """Log a session as planned: two taps and where it was."""
    page.get_by_label("Set 1 done").first.check()
    page.get_by_label("Set 2 done").first.check()
    to_the_end(page)
    page.get_by_label(where).check()


def to_the_end(page: Page) -> None:
    """Go to the last screen of a form."""
    while page.get_by_role("button", name="Next").is_visible():
        page.get_by_role("button", name="Next").click()


def say_pain(page: Page, amount: int, *, path: str = REST_DAY) -> None:
    """Fill in a check-in and save it."""
    page.goto(path)
    page.locator("#id_pain_mm").fill(str(amount))
    page.get_by_role("button", name="Save").click()


def signal_is_back(page: Page) -> None:
    """Tell the page that there is a signal again, as the browser would."""
    page.evaluate("dispatchEvent(new Event('online'))")


def pains(phone: Phone, *, count: int) -> list[int]:
    """Return the pain of each check-in that the server has, the oldest first."""
    found = phone.wait_for("/check-ins/", count=count)
    assert len(found) == count
    return [each["pain_mm"] for each in reversed(found)]
