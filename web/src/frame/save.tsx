/** Keep the present view on the server under a name. */

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { addressOf, change } from "../api/client";
import { format, type View } from "../url";

export function SaveItem({ view }: { view: View }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [failure, setFailure] = useState<Error | null>(null);
  const save = async (data: FormData) => {
    const title = String(data.get("title")).trim();
    const address = addressOf("api/v1/views");
    const body = { title, description: String(data.get("description")).trim(), url: format(view) };
    try {
      await change("PUT", `${address}/${encodeURIComponent(idOf(title))}`, body);
      await client.invalidateQueries({ queryKey: [address] });
      setFailure(null);
      dialog.current?.close();
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <li>
      <button type="button" className="menu-item" onClick={() => dialog.current?.showModal()}>
        Save this view
        <span className="menu-note">under a name, for everybody</span>
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="save-title">
        <form className="dialog-form" action={save}>
          <h2 id="save-title">Save this view</h2>
          <label>
            Title
            <input className="field" name="title" required maxLength={120} />
          </label>
          <label>
            Description
            <input className="field" name="description" maxLength={400} />
          </label>
          {failure ? (
            <p className="tone-bad" role="alert">
              Not saved: {failure.message}
            </p>
          ) : null}
          <p className="dialog-actions">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className="button button-first">
              Save
            </button>
          </p>
        </form>
      </dialog>
    </li>
  );
}

/** A title as an identifier: the same title is the same view. */
export function idOf(title: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return words || "view";
}
