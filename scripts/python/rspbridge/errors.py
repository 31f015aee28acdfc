"""Why something of a view can't be had."""


class Error(Exception):
    """Something of the view can't be had. The message is for people."""


class Unreadable(Error):
    """The target can't read the memory. `begin` and `end` tell which."""

    def __init__(self, text, begin, end):
        super().__init__(text)
        self.begin, self.end = begin, end


class Running(Error):
    """The target runs, or resumed too often meanwhile."""
