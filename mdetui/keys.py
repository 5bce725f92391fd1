"""Every key of the program, in one table: bindings, bottom line, help and palette are made from it.

An entry has an id `context.verb`, the default keys, the action of the screen it runs, the word for the bottom line and
a sentence for the help. `hint` orders the bottom line (small numbers are kept longest when it gets narrow; 0 is not
shown). Nothing here starts a write: writes begin in the action menu, the triage menu or a command. The characters
`A B C D F H [ O` can arrive as the tail of a broken arrow key and are never bound to anything that writes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the table.

    Attributes:
        id: `context.verb`.
        keys: Default keys, comma-separated, in Textual's names.
        action: Name of the action method without `action_`, with arguments.
        label: Word for the bottom line and the palette.
        help: One sentence for the help, without a full stop.
        hint: Place on the bottom line; 0 keeps it off.
        show: How the key is written; the first key when empty.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    hint: int = 0
    show: str = ""

    @property
    def display(self) -> str:
        """How the key is written on screen."""
        return self.show or _NAMES.get(self.keys.split(",")[0], self.keys.split(",")[0])

    @property
    def group(self) -> str:
        """Heading in the help."""
        return GROUPS[self.id.partition(".")[0]]


# first part of an id -> heading in the help, in that order
GROUPS = {
    "row": "this row",
    "list": "this list",
    "page": "this page",
    "login": "profiles",
    "doctor": "this report",
    "wizard": "this form",
    "move": "moving",
    "app": "everywhere",
}

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "full_stop": ".",
    "minus": "-",
    "asterisk": "*",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
}

GLOBAL = (
    Key("app.help", "question_mark", "help", "help", "All keys valid here, searchable; Enter runs one", 1),
    Key("app.back", "escape", "back", "back", "One level up; never quits, never stops what was sent", 60),
    Key("app.command", "colon", "command", "go", "Command bar: another view, a filter, the write lock", 7),
    Key("app.palette", "ctrl+p,f1", "palette", "palette", "Search everything that can be done here"),
    Key("app.quit", "q", "close_view", "close", "Close this view; at the top, quit", 61),
    Key("app.nothing", "ctrl+q", "nothing", "", "Does nothing: it quits other programs, not this one"),
    Key("app.stop", "ctrl+c", "stop", "stop", "Stop the load under way; never the program"),
    Key("app.sign_in", "S", "sign_in", "sign in", "Sign in to this tenant again, or as somebody else"),
    Key("app.log", "L", "request_log", "log", "Every request that was made, without secrets"),
    Key("app.utc", "z", "toggle_utc", "UTC", "Ages or UTC times"),
    Key("app.older", "left_square_bracket,alt+left", "older", "previous", "Back in the history of views"),
    Key("app.newer", "right_square_bracket,alt+right", "newer", "next", "Forward in the history of views"),
    Key("app.last", "minus", "last", "last view", "Between this view and the last one"),
)

MOVE = (
    Key("move.down", "down,j", "move(1)", "down", "One row down", show="↓ j"),
    Key("move.up", "up,k", "move(-1)", "up", "One row up", show="↑ k"),
    Key("move.page_down", "pagedown", "page(1)", "page down", "One page down"),
    Key("move.page_up", "pageup", "page(-1)", "page up", "One page up"),
    Key("move.half_down", "ctrl+d", "half_page(1)", "half page down", "Half a page down"),
    Key("move.half_up", "ctrl+u", "half_page(-1)", "half page up", "Half a page up"),
    Key("move.first", "home,g", "first", "first", "First row", show="Home g"),
    Key("move.last", "end,G", "end", "last", "Last row that is loaded", show="End G"),
    Key("move.preview_down", "J", "preview(1)", "scroll preview", "Scroll the preview down, the cursor stays"),
    Key("move.preview_up", "K", "preview(-1)", "scroll preview", "Scroll the preview up, the cursor stays"),
)

LIST = (
    Key("list.open", "enter", "open", "open", "Open what the cursor is on; never confirms a write", 2),
    Key(
        "list.filter",
        "slash",
        "filter",
        "filter",
        "Filter what is loaded, live; ! first inverts; Tab asks the server",
        7,
    ),
    Key("list.mark", "space", "mark", "mark", "Mark this row", 30),
    Key("list.mark_range", "v", "mark_range", "mark range", "Mark from the last mark to here"),
    Key("list.mark_all", "asterisk", "mark_all", "mark all", "Mark everything loaded and shown (loaded only)"),
    Key("list.unmark", "M", "unmark", "clear marks", "Clear all marks"),
    Key("list.sort", "s", "sort", "sort", "Sort by a column", 35),
    Key("list.fold", "f", "fold", "fold", "Fold repeats, or count by a column or two"),
    Key("list.copy", "y", "copy", "copy id", "Send the id to the terminal's clipboard", 40),
    Key("list.copy_menu", "Y", "copy_menu", "copy", "Copy id, name, row or JSON"),
    Key("list.portal", "o", "portal", "portal link", "Show and copy the link to the security portal"),
    Key("list.reload", "r", "reload", "reload", "Ask again", 45),
    Key("list.show_new", "full_stop", "show_new", "show new", "Show the rows that were announced"),
    Key("list.wide", "w", "wide", "wide", "More columns, without the preview beside them"),
    Key("list.columns", "c", "columns", "columns", "Show or hide columns, until the program ends"),
)

ENTITY = (
    Key("row.machine", "m", "machine", "machine", "Open the machine of this row", 3),
    Key("row.incident", "i", "incident", "incident", "The incident of this row: its alerts, machines, evidence", 26),
    Key("row.pivot", "p", "pivot", "pivot", "From this row to what belongs to it", 25),
    Key("row.blast", "b", "blast", "blast radius", "How far a file, address, domain or user reached, as a tree"),
)

BLAST = (Key("row.page", "l", "row_page", "its page", "Open the page of what stands on this line", 8),)
# the order of a tree is its own, and it grows by branches
_TREE = tuple(key for key in LIST if key.id not in ("list.sort", "list.fold", "list.show_new"))

WRITES = (
    Key("row.act", "a", "act", "act", "Action menu: isolate, release, scan", 4),
    Key("row.triage", "t", "triage", "triage", "Triage menu: assign, status, classification, comment", 5),
)

PAGE = (
    Key("page.next_tab", "tab", "next_tab", "next tab", "Next tab", 10),
    Key("page.previous_tab", "shift+tab", "previous_tab", "previous tab", "Previous tab"),
    *(Key(f"page.tab_{n}", str(n), f"tab({n})", f"tab {n}", f"Tab number {n}") for n in range(1, 10)),
)

QUEUES = tuple(Key(f"list.queue_{n}", str(n), f"queue({n})", f"queue {n}", f"Saved queue {n}") for n in range(1, 10))

LOGIN = (
    Key("login.open", "enter", "open", "open", "Open this tenant's queue; asks for a sign-in where one is needed", 2),
    Key("login.new", "n", "new_profile", "new profile", "Connect a tenant: make a profile", 3),
    Key("login.edit", "e", "edit_profile", "edit", "Change this profile", 4),
    Key("login.sign_out", "x", "sign_out", "sign out", "Sign out of this tenant: forget its tokens here", 5),
    Key("login.doctor", "D", "doctor", "doctor", "Check this profile: settings, network, sign-in, permissions", 6),
)

# Most of these are letters, and a paste is letters too: the screen takes them itself, but for Enter and esc.
SIGN_IN = (
    Key("sign_in.go", "enter", "go", "sign in", "The way of this profile, or with what was pasted or typed", 2),
    Key("sign_in.device", "d", "sheet", "device code", "Get a code to type in a browser on any device", 3),
    Key("sign_in.browser", "b", "sheet", "browser elsewhere", "Get an address to open on your workstation", 4),
    Key("sign_in.copy", "y", "sheet", "copy", "Send the code or the address to the terminal's clipboard", 5),
    Key("sign_in.copy_address", "u", "sheet", "copy address", "Send the address to the terminal's clipboard", 6),
    Key("sign_in.again", "r", "sheet", "again", "The way that was tried last, with a new code or address", 7),
    Key("sign_in.leave", "escape", "leave", "leave", "Leave; nobody is signed in by what was under way", 8),
    Key("sign_in.nothing", "ctrl+q", "nothing", "", "Does nothing"),
    Key("sign_in.calm", "ctrl+c", "nothing", "", "Does nothing here"),
)

DOCTOR = (
    Key("doctor.again", "r", "again", "again", "Examine everything again", 2),
    Key("doctor.copy", "y", "copy", "copy", "Send the report to the terminal's clipboard; it holds no secret", 3),
)

MENU = (
    Key("menu.run", "enter", "run", "choose", "Run the entry", 2),
    Key("menu.close", "escape", "close", "leave", "Leave the menu", 3),
    Key("menu.down", "down", "step(1)", "down", "Next entry"),
    Key("menu.up", "up", "step(-1)", "up", "Previous entry"),
    Key("menu.nothing", "ctrl+q", "nothing", "", "Does nothing"),
)

BAR = (
    Key("bar.submit", "enter", "submit", "run", "Run the command, or keep the filter"),
    Key("bar.leave", "escape", "leave", "leave", "Leave the bar, nothing happens"),
    Key("bar.complete", "tab", "complete", "complete", "Complete, or ask the server with this filter"),
    Key("bar.older", "up", "older", "older", "Older line"),
    Key("bar.newer", "down", "newer", "newer", "Newer line"),
)

ASK = (
    Key("ask.answer", "enter", "answer", "answer", "Take what was typed", 2),
    Key("ask.leave", "escape", "leave", "leave", "Leave without an answer", 3),
    Key("ask.nothing", "ctrl+q", "nothing", "", "Does nothing"),
)

# The sheet is a state machine that wants every key (`response.sheet`): what is listed here with the action "sheet" is
# for the bottom line and the help, its meaning is there.
SHEET = (
    Key("sheet.next", "tab", "sheet", "next field", "Next field, at the end the action line; Enter does the same", 2),
    Key("sheet.previous", "shift+tab", "sheet", "previous field", "Previous field"),
    Key("sheet.send", "exclamation_mark", "sheet", "send", "Send, on the action line when it is armed", 5),
    Key("sheet.dry", "d", "sheet", "dry run", "Show method, path and body of every call, on the action line", 6),
    Key("sheet.leave", "escape", "sheet", "leave", "Leave; nothing is sent", 3),
    Key("sheet.down", "pagedown", "scroll(1)", "scroll", "Scroll the targets down", 7),
    Key("sheet.up", "pageup", "scroll(-1)", "scroll", "Scroll the targets up"),
    Key("sheet.nothing", "ctrl+q", "nothing", "", "Does nothing"),
    Key("sheet.calm", "ctrl+c", "nothing", "", "Does nothing here"),
)

JOB = (
    Key("job.leave", "escape,q", "leave", "leave", "Leave; the work goes on", 2),
    Key("job.stop", "x", "stop", "send no more", "Send no more; what was sent goes on at the service", 4),
    Key("job.apart", "p", "apart", "protected machines", "Confirm the protected machines, each by its name", 3),
    Key("job.undo", "u", "undo", "undo", "Open the sheet that undoes what was done", 5),
    Key("job.next", "tab", "next_job", "next job", "The next job", 6),
    Key("job.down", "down,j,pagedown", "scroll(1)", "scroll", "Scroll down"),
    Key("job.up", "up,k,pageup", "scroll(-1)", "scroll", "Scroll up"),
    Key("job.nothing", "ctrl+q", "nothing", "", "Does nothing"),
    Key("job.calm", "ctrl+c", "nothing", "", "Does nothing here"),
)

# What is bound to no key goes into the field with the focus. The keys of one field (left, right, Home, ctrl+u) are the
# field's own business.
WIZARD = (
    Key("wizard.save", "ctrl+s", "save", "save", "Check the profile and write it", 2),
    Key("wizard.leave", "escape", "leave", "leave", "Leave; nothing is saved", 3),
    Key("wizard.next", "tab", "step(1)", "next field", "Next field, over the end", 4),
    Key("wizard.previous", "shift+tab", "step(-1)", "previous field", "Previous field, over the start"),
    Key("wizard.enter", "enter", "enter", "next field", "Next field; on the last line it saves"),
    Key("wizard.down", "down", "move(1)", "down", "Next field"),
    Key("wizard.up", "up", "move(-1)", "up", "Previous field"),
    Key("wizard.page_down", "pagedown", "move(5)", "page down", "Five fields down"),
    Key("wizard.page_up", "pageup", "move(-5)", "page up", "Five fields up"),
    Key("wizard.more", "ctrl+o", "more", "more fields", "Show the fields that are seldom needed, or hide them", 5),
    Key("wizard.nothing", "ctrl+q", "nothing", "", "Does nothing"),
    Key("wizard.calm", "ctrl+c", "nothing", "", "Does nothing here"),
)

CONTEXTS: dict[str, tuple[Key, ...]] = {
    "alerts": (*LIST, *ENTITY, *WRITES, *QUEUES, *MOVE, *GLOBAL),
    "machines": (*LIST, *ENTITY, WRITES[0], *QUEUES, *MOVE, *GLOBAL),
    "actions": (*LIST, *ENTITY, WRITES[0], *QUEUES, *MOVE, *GLOBAL),
    "list": (*LIST, *ENTITY, *MOVE, *GLOBAL),
    # rows that name no machine and no incident
    "things": (*LIST, *ENTITY[2:], *MOVE, *GLOBAL),
    "blast": (*_TREE, *BLAST, *ENTITY, WRITES[0], *MOVE, *GLOBAL),
    "local": (LIST[1], *LIST[2:8], *LIST[8:10], LIST[11], LIST[13], *MOVE, *GLOBAL),
    "alert": (*PAGE, *LIST, *ENTITY, *WRITES, *MOVE, *GLOBAL),
    "machine": (*PAGE, *LIST, *ENTITY, WRITES[0], *MOVE, *GLOBAL),
    "login": (*LOGIN, *MOVE, *GLOBAL),
    "sign_in": SIGN_IN,
    "doctor": (*DOCTOR, *MOVE[:-2], *GLOBAL),
    "menu": MENU,
    "bar": BAR,
    "ask": ASK,
    "sheet": SHEET,
    "job": JOB,
    "wizard": WIZARD,
}


def context(name: str) -> tuple[Key, ...]:
    """The keys of a context, in the order of the help."""
    return CONTEXTS[name]
