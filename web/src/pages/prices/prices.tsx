/** Prices: what each cluster is priced with, since when, and what has no price. */

import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { usePrices } from "../../api/hooks";
import type { Price, Prices as PricesAnswer } from "../../api/schema";
import { Title, Tools } from "../../frame/page";
import { Share } from "../../frame/share";
import { show } from "../../location";
import { Doubts } from "../../marks/doubts";
import { Icon } from "../../marks/icon";
import { Outcome } from "../../states/outcome";
import { EmptyFleet, Loading } from "../../states/screens";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { Table } from "../../table/table";
import { type View, viewOf } from "../../url";
import { money, moneyExact } from "../../words/money";
import { dayOf } from "../../words/window";

export function Prices({ view }: { view: View }) {
  const asked = usePrices();
  return (
    <>
      <Tools>
        <Share view={view} address={addressOf("api/v1/prices")} />
      </Tools>
      <Title under="Rates an hour, before any bill">Prices of the fleet</Title>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={12} />}>
        {(answer) => (answer.prices.length === 0 ? <EmptyFleet /> : <Found answer={answer} view={view} />)}
      </Outcome>
    </>
  );
}

function Found({ answer, view }: { answer: PricesAnswer; view: View }) {
  const columns = useMemo(() => columnsOf(answer.prices), [answer]);
  const unpriced = answer.prices.filter((price) => price.unpriced_count > 0);
  return (
    <>
      {unpriced.map((price) => (
        <div className="notice notice-watch" key={price.cluster} role="status">
          <Icon name="warning" />
          <p>
            <strong>{price.cluster}</strong> has {price.unpriced_count} resources without a price
            {price.unpriced_cost_at_risk === null
              ? "; they count as nothing."
              : `; at the fleet’s usual rates they would cost ${money(price.unpriced_cost_at_risk, price.currency)}.`}
          </p>
        </div>
      ))}
      <Doubts clusters={answer.prices} />
      <Table
        label="Prices"
        columns={columns}
        rows={answer.prices}
        rowId={(price) => price.cluster}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
      />
    </>
  );
}

function columnsOf(prices: readonly Price[]): readonly Column<Price>[] {
  const rate = (
    id: "cpu_core_hour" | "ram_gib_hour" | "gpu_hour" | "pv_gib_hour",
    title: string,
    rank: number,
  ): Column<Price> => ({
    id,
    title,
    align: "end",
    width: 7.5,
    rank,
    idle: prices.every((price) => price[id] === null),
    value: (price) => price[id],
    cell: (price) => {
      const value = price[id];
      return <span className="number">{value === null ? "–" : moneyExact(value, price.currency)}</span>;
    },
  });
  return [
    {
      id: "cluster",
      title: "Cluster",
      rank: 0,
      value: (price) => price.cluster,
      cell: (price) => <PathName parts={[price.cluster]} to={viewOf("cluster", { path: [price.cluster] })} />,
    },
    {
      id: "source",
      title: "Source",
      width: 12,
      rank: 3,
      value: (price) => price.source,
      cell: (price) => `${price.source}${price.overridden ? ", overridden" : ""}`,
    },
    {
      id: "effective_from",
      title: "Since",
      align: "end",
      width: 7.5,
      rank: 4,
      value: (price) => price.effective_from,
      cell: (price) => (
        <span className="number">
          {price.effective_from ? dayOf(new Date(price.effective_from), true) : "–"}
        </span>
      ),
    },
    rate("cpu_core_hour", "Core", 0),
    rate("ram_gib_hour", "GiB of memory", 1),
    rate("gpu_hour", "GPU", 5),
    rate("pv_gib_hour", "GiB of disk", 6),
    {
      id: "unpriced_count",
      title: "Without price",
      align: "end",
      width: 7.5,
      rank: 3,
      value: (price) => price.unpriced_count,
      cell: (price) => (
        <span className={price.unpriced_count > 0 ? "number tone-watch" : "number zero"}>
          {price.unpriced_count}
        </span>
      ),
    },
  ];
}
