/** The form of shared costs: idle, nodes' own disks and fees, namespaces, labels, an overhead. */

import { show } from "../location";
import type { View } from "../url";
import { Choice, type Option } from "./choice";

const IDLE: readonly Option[] = [
  ["separate", "In rows of its own"],
  ["share", "Shared"],
  ["hide", "Left out"],
];
const SPLITS: readonly Option[] = [
  ["weighted", "By cost"],
  ["even", "Evenly"],
];

export function SharingForm({ view, onClose }: { view: View; onClose: () => void }) {
  const change = (changes: Partial<View>) => show({ ...view, row: "", ...changes });
  return (
    <form
      className="dialog-form menu-form"
      action={(data) => {
        const text = (name: string) => String(data.get(name) ?? "").trim();
        onClose();
        change({
          share_namespaces: text("share_namespaces"),
          share_labels: text("share_labels"),
          share_cost: text("share_cost"),
        });
      }}
    >
      {view.page === "explore" ? null : (
        <Choice title="Idle" value={view.idle} options={IDLE} onChoose={(idle) => change({ idle })} />
      )}
      <Choice
        title="Idle is divided"
        value={view.idle_split}
        options={SPLITS}
        onChoose={(idle_split) => change({ idle_split })}
      />
      <Choice
        title="Nodes’ own disks and cluster fees"
        value={view.tenancy}
        options={IDLE}
        onChoose={(tenancy) => change({ tenancy })}
      />
      <label>
        Namespaces that all others carry
        <input
          className="field"
          name="share_namespaces"
          defaultValue={view.share_namespaces}
          placeholder="kube-system,monitoring"
        />
      </label>
      <label>
        Labels whose workloads all others carry
        <input
          className="field"
          name="share_labels"
          defaultValue={view.share_labels}
          placeholder="team:platform"
        />
      </label>
      <label>
        An overhead a month
        <input
          className="field"
          name="share_cost"
          inputMode="decimal"
          pattern="[0-9]*([.][0-9]+)?"
          title="An amount, such as 1200 or 99.50"
          defaultValue={view.share_cost}
          placeholder="0"
        />
      </label>
      <Choice
        title="These are divided"
        value={view.share_split}
        options={SPLITS}
        onChoose={(share_split) => change({ share_split })}
      />
      <p className="dialog-actions">
        <button type="submit" className="button button-first">
          Share
        </button>
      </p>
    </form>
  );
}
