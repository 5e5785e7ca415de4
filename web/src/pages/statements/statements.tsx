/** Statements: the books, and their months with what was closed and what is waited for. */

import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { useAsked, useStatements } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import type { BookMonth, Books, StatementBook, VerifiedBook } from "../../api/schema";
import { Title, Tools } from "../../frame/page";
import { Share } from "../../frame/share";
import { Icon } from "../../marks/icon";
import { Outcome } from "../../states/outcome";
import { Loading } from "../../states/screens";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { SideTable } from "../../table/side";
import { type View, viewOf } from "../../url";
import { command } from "../../words/commands";
import { keyWords } from "../../words/names";
import { Amounts } from "./amounts";
import { MonthMark, monthWords } from "./month-words";

export function Statements({ view }: { view: View }) {
  const asked = useStatements();
  return (
    <>
      <Tools>
        <Share view={view} address={addressOf("api/v1/statements")} />
      </Tools>
      <Title under="What months cost when they were closed; a statement never changes">Statements</Title>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={6} />}>
        {(answer) => (answer.books.length === 0 ? <None /> : <Found answer={answer} />)}
      </Outcome>
    </>
  );
}

function None() {
  const define = command("statements_define");
  return (
    <section className="screen">
      <h2>There is no book yet</h2>
      <p>
        A book says by what costs are accounted for, such as by team. Write one as a small file and take it
        into the bucket with <code>{define.text}</code>, {define.where}; from then on its months are listed
        here, and can be closed.
      </p>
    </section>
  );
}

function Found({ answer }: { answer: Books }) {
  return answer.books.map((book) => (
    <section className="stack" key={book.name} aria-labelledby={`book-${book.name}`}>
      <div className="section-head">
        <h2 id={`book-${book.name}`}>{book.name}</h2>
        <p className="muted">{bookWords(book)}</p>
      </div>
      <Verified book={book.name} />
      {book.fault ? (
        <p className="notice notice-watch" role="alert">
          <Icon name="warning" /> The months of this book cannot be shown: {book.fault}.
        </p>
      ) : (
        <Months book={book} />
      )}
    </section>
  ));
}

function bookWords({ key, filter, currency, rates, auto_close_day: day }: StatementBook): string {
  const by = key.map(keyWords).join(", ");
  const money = currency ? ` · in ${currency}${rates ? ` by ${rates}` : ""}` : "";
  const closes = day ? ` · closes by itself from day ${day} of the next month` : "";
  return `By ${by}${filter ? ` · ${filter}` : ""}${money}${closes}`;
}

/** Whether everything is as it was written; nothing where the token may not ask. */
export function Verified({ book }: { book: string }) {
  const asked = useAsked<VerifiedBook>(addressOf(`api/v1/statements/${encodeURIComponent(book)}/verify`));
  if (asked.error instanceof ProblemError && asked.error.kind === "not allowed") return null;
  if (asked.error) {
    return (
      <p className="notice notice-watch">Whether anything was changed is not known: {asked.error.message}</p>
    );
  }
  if (!asked.data) return null;
  const { faults, statements } = asked.data;
  if (faults.length === 0) {
    return statements === 0 ? null : (
      <p className="muted">
        <span className="tone-good">Verified:</span> {statements}{" "}
        {statements === 1 ? "statement is" : "statements are"} there as written.
      </p>
    );
  }
  return (
    <div className="notice notice-watch" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          <strong>Statements were removed or changed.</strong> Nothing can be closed until they are put back
          from a backup or the bucket’s own versions.
        </p>
        <ul className="plain">
          {faults.map((fault) => (
            <li key={`${fault.number} ${fault.message}`}>
              Number {fault.number}: {fault.message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Months({ book }: { book: StatementBook }) {
  const columns = useMemo(() => columnsOf(book), [book]);
  return (
    <SideTable
      label={`Months of ${book.name}`}
      columns={columns}
      rows={book.months}
      rowId={(month) => month.month}
      sorted="-month"
    />
  );
}

function columnsOf(book: StatementBook): readonly Column<BookMonth>[] {
  return [
    {
      id: "month",
      title: "Month",
      width: 8.5,
      rank: 0,
      value: ({ month }) => month,
      cell: ({ month }) => (
        <PathName parts={[monthWords(month)]} to={viewOf("statement", { path: [book.name, month] })} />
      ),
    },
    {
      id: "state",
      title: "State",
      width: 5,
      rank: 0,
      value: ({ state }) => state,
      cell: ({ state }) => <MonthMark state={state} />,
    },
    {
      id: "cost",
      title: "Cost when closed",
      align: "end",
      width: 10,
      rank: 1,
      cell: (month) => <Amounts of={newest(month)?.totals ?? []} name="cost" />,
    },
    {
      id: "prior_period",
      title: "Posted for earlier months",
      align: "end",
      width: 11,
      rank: 3,
      cell: (month) => <Amounts of={newest(month)?.totals ?? []} name="prior_period" signed />,
    },
    {
      id: "total",
      title: "Statement",
      align: "end",
      width: 7,
      rank: 0,
      cell: (month) => <Amounts of={newest(month)?.totals ?? []} name="total" />,
    },
    {
      id: "waiting",
      title: "Waits for",
      width: 16,
      rank: 4,
      cell: ({ waiting, statements }) => (
        <span className="cut" title={waiting.join("\n")}>
          {waiting[0] ?? (statements.length > 1 ? `closed ${statements.length} times` : "")}
          {waiting.length > 1 ? ` and ${waiting.length - 1} more` : ""}
        </span>
      ),
    },
  ];
}

const newest = (month: BookMonth) => month.statements.at(-1);
