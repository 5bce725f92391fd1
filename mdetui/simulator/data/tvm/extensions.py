"""Browser extensions that machines have, and what their permissions mean."""

from __future__ import annotations

from typing import Any, NamedTuple


class Extension(NamedTuple):
    """An extension; `share` percent of the browsers of that name have it. A permission with `?` is optional."""

    id: str
    browser: str
    name: str
    text: str
    version: str
    vendor: str | None
    risk: str
    share: int
    permissions: str


EXTENSIONS = (
    Extension("cjpalhdlnbpafiamejdnhcphjbkeiagm", "chrome", "uBlock Origin", "Finally, an efficient blocker. Easy on CPU and memory.", "1.62.0", "Raymond Hill", "High", 24, "webRequest webRequestBlocking tabs storage *://*/*"),
    Extension("nngceckbapebfimnlniiiahkandclblb", "chrome", "Bitwarden Password Manager", "At home, at work, or on the go.", "2025.4.0", "Bitwarden Inc.", "High", 19, "tabs clipboardWrite storage *://*/* nativeMessaging?"),
    Extension("efaidnbmnnnibpcajpcglclefindmkaj", "chrome", "Adobe Acrobat: PDF edit, convert, sign tools", "Do more in Google Chrome with Adobe Acrobat.", "25.4.2.1", "Adobe", "High", 51, "tabs downloads webRequest nativeMessaging *://*/*"),
    Extension("ghbmnnjooekpmoecnnnilnnbdlolhkhi", "chrome", "Google Docs Offline", "Edit, create, and view your documents without internet.", "1.90.1", "Google", "Low", 96, "alarms storage unlimitedStorage"),
    Extension("kbfnbcaeplbcioakkpcpgfkobkghlhen", "chrome", "Grammarly: AI Writing and Grammar Checker App", "Improve your writing.", "14.1233.0", "Grammarly, Inc.", "High", 15, "scripting tabs cookies storage http://*/* https://*/*"),
    Extension("aapbdbdomjkkjkaonfhkkikfgjllcleb", "chrome", "Google Translate", "View translations easily as you browse the web.", "2.0.16", "Google", "Medium", 21, "activeTab contextMenus storage"),
    Extension("bpconcjcammlapcogcnnelfmaeghhagj", "chrome", "Coupon Finder Pro", "Finds coupons while you shop.", "3.2.11", None, "Critical", 4, "webRequest webRequestBlocking cookies history tabs management *://*/*"),
    Extension("majdfhpaihoncoakbjgbdhglocklcgno", "chrome", "Free VPN for Chrome", "One click and you are somewhere else.", "4.9.3", None, "Critical", 6, "proxy webRequest privacy tabs storage *://*/*"),
    Extension("gighmmpiobklfepjocnamgkkbiglidom", "chrome", "AdBlock", "Block ads and pop-ups.", "6.18.0", "AdBlock, Inc.", "High", 17, "tabs webRequest declarativeNetRequest storage http://*/* https://*/*"),
    Extension("lifbcibllhkdhoafpjfnlhfpfgnpldfl", "chrome", "Skype Calling", "Call from any web page.", "8.0.1", "Microsoft", "Medium", 3, "tabs nativeMessaging"),
    Extension("odfafepnkmbhccpbejgmiehpchacaeak", "edge", "uBlock Origin", "Finally, an efficient blocker. Easy on CPU and memory.", "1.62.0", "Raymond Hill", "High", 14, "webRequest webRequestBlocking tabs storage *://*/*"),
    Extension("jmjflgjpcpepeafmmgdpfkogkghcpiha", "edge", "Edge relevant text changes", "Adds what the browser finds relevant.", "1.2.1", "Microsoft", "Low", 88, "storage"),
    Extension("ppnbnpeolgkicgegkbkbjmhlideopiji", "edge", "Microsoft Single Sign On", "Sign in to supported web sites with your work account.", "2.0.4", "Microsoft", "Medium", 44, "cookies nativeMessaging https://login.microsoftonline.com/*"),
    Extension("jbkfoedolllekgbhcbcoahefnbanhhlh", "edge", "Bitwarden Password Manager", "At home, at work, or on the go.", "2025.4.0", "Bitwarden Inc.", "High", 8, "tabs clipboardWrite storage *://*/* nativeMessaging?"),
    Extension("hokifickgkhplphjiodbggjmoafhignh", "edge", "PDF Toolbox", "Convert any page to PDF.", "1.0.9", None, "Critical", 3, "downloads tabs history debugger *://*/*"),
    Extension("uBlock0@raymondhill.net", "firefox", "uBlock Origin", "Finally, an efficient blocker.", "1.62.0", "Raymond Hill", "High", 38, "webRequest webRequestBlocking dns menus privacy storage <all_urls>"),
    Extension("{446900e4-71c2-419f-a6a7-df9c091e268b}", "firefox", "Bitwarden Password Manager", "At home, at work, or on the go.", "2025.4.0", "Bitwarden Inc.", "High", 12, "tabs clipboardWrite storage <all_urls>"),
    Extension("foxyproxy@eric.h.jung", "firefox", "FoxyProxy Standard", "Switches proxies.", "8.10", "Eric H. Jung", "Critical", 5, "proxy downloads notifications storage tabs <all_urls>"),
)  # fmt: skip

# key, name, description
PERMISSIONS = (
    ("activeTab", "Read the page that is open", "Reads the tab in front, after a click of the user."),
    ("alarms", "Run code at set times", "Runs code at set times."),
    ("audioCapture", "Capture audio from attached mic or webcam", "Could be used to listen in on use."),
    ("browsingData", "Clear browsing data", "Clears browsing data, which could hinder forensics and logging."),
    ("clipboardWrite", "Change the clipboard", "Changes what the user copies and pastes."),
    ("content_security_policy", "Can manipulate default Content Security Policy (CSP)", "Can let resources in that a page blocks."),
    ("contextMenus", "Add to the context menu", "Adds to the context menu."),
    ("cookies", "Read and change cookies", "Could be used to take over sessions."),
    ("debugger", "Use the debugger", "Reads and changes everything that a page does."),
    ("declarativeNetRequest", "Block content on any page", "Blocks or redirects requests by rules."),
    ("dns", "Look up names", "Looks up names."),
    ("downloads", "Manage downloads", "Starts, watches and opens downloads."),
    ("history", "Read and change the history", "Reads where the user was."),
    ("management", "Manage extensions", "Turns other extensions off."),
    ("menus", "Add to the menus", "Adds to the menus."),
    ("nativeMessaging", "Talk to programs outside of the browser", "Exchanges messages with a program on the machine."),
    ("notifications", "Show notifications", "Shows notifications."),
    ("privacy", "Change privacy settings", "Changes settings that protect the user."),
    ("proxy", "Manage proxy settings", "Could send all traffic another way."),
    ("scripting", "Run scripts in pages", "Runs scripts in pages."),
    ("storage", "Store data", "Stores data."),
    ("tabs", "Access tabs", "Reads addresses and titles of all tabs."),
    ("unlimitedStorage", "Store data without limit", "Stores data without limit."),
    ("webRequest", "Watch network requests", "Watches network requests."),
    ("webRequestBlocking", "Change network requests", "Blocks and changes network requests."),
    ("*://*/*", "Read and change all data on all web sites", "Reads and changes all data on all web sites."),
    ("<all_urls>", "Read and change all data on all web sites", "Reads and changes all data on all web sites."),
    ("http://*/*", "Read and change all data on web sites without encryption", "Reads and changes data of pages on http."),
    ("https://*/*", "Read and change all data on encrypted web sites", "Reads and changes data of pages on https."),
    ("https://login.microsoftonline.com/*", "Read and change data of the sign-in page", "Reads and changes data of one site."),
)  # fmt: skip
_HIGH = {"tabs", "webRequest", "webRequestBlocking", "cookies", "history", "scripting", "clipboardWrite", "downloads", "nativeMessaging"}  # fmt: skip
_CRITICAL = {"proxy", "debugger", "management", "privacy"}

SHAPE = (
    '[{"id":"VARCHAR","browser":"VARCHAR","product":"VARCHAR","name":"VARCHAR","text":"VARCHAR","version":"VARCHAR",'
    '"vendor":"VARCHAR","risk":"VARCHAR","share":"INTEGER",'
    '"permissions":[{"Id":"VARCHAR","IsRequired":"BOOLEAN","Risk":"VARCHAR"}]}]'
)
_PRODUCTS = {"chrome": "chrome", "edge": "edge_chromium-based", "firefox": "firefox"}


def rows() -> list[dict[str, Any]]:
    """Rows of the table `extensions`; `product` is the browser's name among the software."""
    return [
        {
            **one._asdict(),
            "product": _PRODUCTS[one.browser],
            "permissions": [_permission(text) for text in one.permissions.split()],
        }
        for one in EXTENSIONS
    ]


def _permission(text: str) -> dict[str, Any]:
    key = text.removesuffix("?")
    high = key in _HIGH or "//" in key or key == "<all_urls>"
    risk = "Critical" if key in _CRITICAL else "High" if high else "Low"
    return {"Id": key, "IsRequired": key == text, "Risk": risk}
