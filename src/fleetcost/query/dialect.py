"""What differs between engines: literals, label access, dates. The compiler knows no engine, this file knows one."""

from __future__ import annotations

from fleetcost.query.question import Step


class DuckDb:
    """The embedded engine, whose labels are VARIANT values."""

    def text(self, value: str) -> str:
        """Write a text literal."""
        return "'" + value.replace("'", "''") + "'"

    def label(self, column: str, key: str) -> str:
        """Read one label; NULL where it is absent."""
        return f"{column}[{self.text(key)}]::VARCHAR"

    def label_names(self, column: str) -> str:
        """Give the list of a row's label names."""
        return f"json_keys(to_json({column}))"

    def newest(self, expression: str) -> str:
        """Give a text of the newest of a group's rows; of several from one window always the same."""
        return f'arg_max({expression}, (window_start, "end", pod_uid))'

    def step(self, step: Step, column: str) -> str:
        """Give the start of the step a window belongs to."""
        if step is Step.ALL:
            return "TIMESTAMP '1970-01-01'"
        if step is Step.WEEK:
            # date_trunc's weeks begin on Monday, the field's on Sunday.
            return f"date_trunc('week', {column} + INTERVAL 1 DAY) - INTERVAL 1 DAY"
        return f"date_trunc('{step.value}', {column})"

    def starts_with(self, expression: str, value: str) -> str:
        """Test a prefix."""
        return f"starts_with({expression}, {self.text(value)})"

    def ends_with(self, expression: str, value: str) -> str:
        """Test a suffix."""
        return f"ends_with({expression}, {self.text(value)})"

    def contains(self, expression: str, value: str) -> str:
        """Test for a part."""
        return f"contains({expression}, {self.text(value)})"

    def first_of(self, column: str) -> str:
        """Give the first element of a list in the order of texts; NULL where it is empty."""
        return f"list_min({column})"

    def list_has(self, column: str, condition: str) -> str:
        """Test whether any element, called `element`, meets a condition."""
        return f"len(list_filter({column}, lambda element : {condition})) > 0"
