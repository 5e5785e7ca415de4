/** Saved: views with a name, kept on the server for everybody. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { addressOf, change } from "../../api/client";
import { useSavedViews } from "../../api/hooks";
import type { SavedView, SavedViews } from "../../api/schema";
import { Title } from "../../frame/page";
import { Go } from "../../go";
import { show } from "../../location";
import { Icon } from "../../marks/icon";
import { Outcome } from "../../states/outcome";
import { Loading } from "../../states/screens";
import type { Column } from "../../table/columns";
import { Table } from "../../table/table";
import { parse, type View, viewOf } from "../../url";
import { dayOf } from "../../words/window";

export function Saved({ view }: { view: View }) {
  const asked = useSavedViews();
  return (
    <>
      <Title under="Named views, for everybody who uses this server">Saved views</Title>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={4} />}>
        {(answer) =>
          answer.views.length === 0 ? (
            <None readOnly={answer.read_only} />
          ) : (
            <Found answer={answer} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

function None({ readOnly }: { readOnly: boolean }) {
  return (
    <section className="screen">
      <h2>Nothing is saved yet</h2>
      <p>
        {readOnly
          ? "This server does not let you save views. A view’s link says everything: it can be kept anywhere."
          : "Open a view, press Share and choose “Save this view”."}
      </p>
      <p>
        <Go to={viewOf("explore")} className="button button-first">
          Explore costs
        </Go>
      </p>
    </section>
  );
}

function Found({ answer, view }: { answer: SavedViews; view: View }) {
  const client = useQueryClient();
  const [failure, setFailure] = useState<Error | null>(null);
  const remove = (saved: SavedView) => {
    const address = addressOf("api/v1/views");
    change("DELETE", `${address}/${encodeURIComponent(saved.id)}`)
      .then(() => client.invalidateQueries({ queryKey: [address] }))
      .then(() => setFailure(null), setFailure);
  };
  return (
    <>
      {failure ? (
        <p className="notice notice-watch" role="alert">
          <Icon name="warning" /> It is still there: {failure.message}
        </p>
      ) : null}
      <Table
        label="Saved views"
        columns={columnsOf(answer.read_only ? null : (saved) => <Remove saved={saved} onRemove={remove} />)}
        rows={answer.views}
        rowId={(saved) => saved.id}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
      />
    </>
  );
}

/** Asks once more before a view that others may use is gone. */
function Remove({ saved, onRemove }: { saved: SavedView; onRemove: (saved: SavedView) => void }) {
  const [sure, setSure] = useState(false);
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => (sure ? onRemove(saved) : setSure(true))}
      onBlur={() => setSure(false)}
      aria-label={sure ? `Really remove ${saved.title}` : `Remove ${saved.title}`}
    >
      {sure ? "Really remove" : "Remove"}
    </button>
  );
}

/** The view a saved address stands for; it may have been saved with or without a leading slash. */
export function viewOfSaved(url: string): View {
  const [path = "", query = ""] = url.replace(/^\//, "").split(/\?(.*)/s);
  return parse(path, query);
}

function columnsOf(remove: ((saved: SavedView) => ReactNode) | null): readonly Column<SavedView>[] {
  const columns: Column<SavedView>[] = [
    {
      id: "title",
      title: "Title",
      rank: 0,
      value: (saved) => saved.title,
      cell: (saved) => (
        <Go to={viewOfSaved(saved.url)} className="path-words" data-row="">
          {saved.title}
        </Go>
      ),
    },
    {
      id: "description",
      title: "Description",
      width: 22,
      rank: 3,
      value: (saved) => saved.description,
      cell: (saved) => <span className="cut">{saved.description || "–"}</span>,
    },
    {
      id: "owner",
      title: "Owner",
      width: 9,
      rank: 2,
      value: (saved) => saved.owner,
      cell: (saved) => <span className="cut">{saved.owner ?? "–"}</span>,
    },
    {
      id: "updated_at",
      title: "Changed",
      align: "end",
      width: 8,
      rank: 1,
      value: (saved) => saved.updated_at,
      cell: (saved) => (
        <span className="number">{saved.updated_at ? dayOf(new Date(saved.updated_at), true) : "–"}</span>
      ),
    },
  ];
  if (remove) columns.push({ id: "remove", title: "Remove", align: "end", width: 8, rank: 0, cell: remove });
  return columns;
}
