import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { type Column, leftOut, shownColumns } from "./columns";
import { pressed, sorted } from "./sort";
import { Table } from "./table";

interface Row {
  readonly name: string;
  readonly cost: number | null;
}

const ROWS: readonly Row[] = [
  { name: "b", cost: 2 },
  { name: "a10", cost: null },
  { name: "a9", cost: 3 },
];

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", title: "Name", rank: 0, value: (row) => row.name, cell: (row) => row.name, total: "Total" },
  {
    id: "cost",
    title: "Cost",
    rank: 1,
    align: "end",
    width: 8,
    value: (row) => row.cost,
    cell: (row) => row.cost ?? "–",
    total: "5",
  },
  { id: "note", title: "Note", rank: 2, width: 8, cell: () => "note" },
];

const names = (rows: readonly Row[]) => rows.map((row) => row.name);

function table(changes: Partial<Parameters<typeof Table<Row>>[0]> = {}) {
  const onSort = vi.fn();
  render(
    <Table
      label="Rows"
      columns={COLUMNS}
      rows={ROWS}
      rowId={(row) => row.name}
      sort="-cost"
      onSort={onSort}
      totals
      {...changes}
    />,
  );
  return onSort;
}

describe("the order of rows", () => {
  test("is by value, with unknown values last either way", () => {
    expect(names(sorted(ROWS, COLUMNS, "-cost"))).toEqual(["a9", "b", "a10"]);
    expect(names(sorted(ROWS, COLUMNS, "cost"))).toEqual(["b", "a9", "a10"]);
  });

  test("reads numbers in names as numbers", () => {
    expect(names(sorted(ROWS, COLUMNS, "name"))).toEqual(["a9", "a10", "b"]);
  });

  test("is the server's where the column is unknown", () => {
    expect(sorted(ROWS, COLUMNS, "-nothing")).toBe(ROWS);
  });

  test("turns round when the same header is pressed again, numbers largest first", () => {
    const [name, cost] = COLUMNS;
    expect([
      pressed("-cost", cost as Column<Row>),
      pressed("name", cost as Column<Row>),
      pressed("-cost", name as Column<Row>),
    ]).toEqual(["cost", "-cost", "name"]);
  });
});

describe("columns", () => {
  const ids = (chosen: string, room: number, columns = COLUMNS) =>
    shownColumns(columns, chosen, room).map(({ id }) => id);

  test("go by rank where the room is short, and never all of them", () => {
    expect([ids("", 100), ids("", 22), ids("", 5)]).toEqual([
      ["name", "cost", "note"],
      ["name", "cost"],
      ["name"],
    ]);
  });

  test("that are asked for are shown whether they fit or not", () => {
    expect(ids("note", 5)).toEqual(["name", "note"]);
  });

  test("with nothing in them are left out unless asked for", () => {
    const columns = COLUMNS.map((column) => (column.id === "cost" ? { ...column, idle: true } : column));
    expect(ids("", 100, columns)).toEqual(["name", "note"]);
    expect(ids("cost", 100, columns)).toEqual(["name", "cost"]);
  });
});

describe("a table", () => {
  test("has its totals as the first row under the header", () => {
    table();
    const [head, totals] = within(screen.getByRole("table")).getAllByRole("row");
    expect(head?.textContent).toContain("Cost");
    expect(totals?.textContent).toBe("Total5");
  });

  test("counts its rows and says how it is sorted", () => {
    table();
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5");
    expect(screen.getByRole("columnheader", { name: "Cost" }).getAttribute("aria-sort")).toBe("descending");
    expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("none");
    expect(screen.getByRole("row", { name: /^a9/ }).getAttribute("aria-rowindex")).toBe("3");
  });

  test("hands a new order to its owner instead of keeping one itself", () => {
    const onSort = table();
    fireEvent.click(screen.getByRole("button", { name: "Name" }));
    expect(onSort).toHaveBeenCalledWith("name");
  });

  test("has only the rows in sight in the page when there are thousands", () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => ({ name: `row ${at}`, cost: at }));
    table({ rows });
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10002");
    expect(document.querySelectorAll("tbody tr").length).toBeLessThan(200);
  });
});

describe("columns there is no room for", () => {
  const WIDE: readonly Column<Row>[] = [
    ...COLUMNS,
    { id: "gpu", title: "GPU", meaning: "What GPUs cost", rank: 3, width: 90, cell: () => "gpu" },
  ];

  test("are named under the table and one press away", () => {
    table({ columns: WIDE });
    expect(screen.queryByRole("columnheader", { name: "GPU" })).toBeNull();
    expect(screen.getByText(/No room for .*GPU\./)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show all columns" }));
    expect(screen.getByRole("columnheader", { name: "GPU" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show those that fit" }));
    expect(screen.queryByRole("columnheader", { name: "GPU" })).toBeNull();
  });

  test("are on paper", () => {
    table({ columns: WIDE });
    fireEvent(window, new Event("beforeprint"));
    expect(screen.getByRole("columnheader", { name: "GPU" })).toBeTruthy();
    fireEvent(window, new Event("afterprint"));
    expect(screen.queryByRole("columnheader", { name: "GPU" })).toBeNull();
  });

  test("are every useful column that is not shown, and none where columns were chosen", () => {
    for (const room of [5, 20, 30, 200]) {
      const shown = shownColumns(WIDE, "", room);
      expect(new Set([...shown, ...leftOut(WIDE, shown, "")])).toEqual(new Set(WIDE));
    }
    expect(leftOut(WIDE, shownColumns(WIDE, "cost", 20), "cost")).toEqual([]);
  });
});

describe("what a column means", () => {
  test("is reached without a mouse", () => {
    const meant = [{ ...(COLUMNS[0] as Column<Row>), meaning: "Whose cost it is" }];
    table({ columns: meant });
    expect(screen.getByText("What the columns mean").closest("details")).toBeTruthy();
    expect(screen.getByText("Whose cost it is")).toBeTruthy();
  });
});
