/** Requests as React state: polled while somebody looks, the last answer kept while the next is on its way. */

import { keepPreviousData, QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { View } from "../url";
import { clusterWord } from "../words/states";
import { addressOf, ask, askText } from "./client";
import { inOneCurrency, ProblemError } from "./problem";
import { allocationsAddress, assetsAddress, efficiencyAddress } from "./questions";
import type {
  Allocations,
  Assets,
  Books,
  BucketBeside,
  Clusters,
  EfficiencyAnswer,
  HealthWindows,
  Healthz,
  Prices,
  Rates,
  Repairs,
  SavedViews,
  Unclaimed,
} from "./schema";

const MINUTE = 60_000;
const STARTING_POLL = 2_000;

export type Asked<Body> = UseQueryResult<Body, Error>;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: MINUTE / 2,
        retry: (count, error) => count < 1 && error instanceof ProblemError && error.kind === "unreachable",
        retryDelay: 400,
        refetchInterval: (query) => (isStarting(query.state.error) ? STARTING_POLL : MINUTE),
        placeholderData: keepPreviousData,
      },
    },
  });
}

/** One GET request by its address. */
export function useAsked<Body>(address: string, enabled = true): Asked<Body> {
  return useQuery<Body, Error>({ ...asking<Body>(address), enabled });
}

function asking<Body>(address: string) {
  return {
    queryKey: [address],
    queryFn: ({ signal }: { signal: AbortSignal }) => ask<Body>(address, signal),
  };
}

/** One file by its address; null asks for nothing. */
export function useFile(address: string | null): Asked<string> {
  return useQuery<string, Error>({
    queryKey: [address],
    queryFn: ({ signal }) => askText(address ?? "", signal),
    enabled: address !== null,
  });
}

/** Costs in one currency by their address; those in several are an error that says which there are. */
export function useCosts<Body>(address: string, enabled = true): Asked<Body> {
  const { queryKey, queryFn } = asking<Body>(address);
  return useQuery<Body, Error>({
    queryKey,
    queryFn: async (context) => inOneCurrency(await queryFn(context), address),
    enabled,
  });
}

export const useAllocations = (view: View): Asked<Allocations> => useCosts(allocationsAddress(view));
export const useAssets = (view: View): Asked<Assets> => useCosts(assetsAddress(view));
/** The currencies that costs are in and can be shown in. */
export const useRates = (): Asked<Rates> => useAsked(addressOf("api/v1/rates"));
/** The fleet, each cluster with its word: the silent and the new ones among them. */
export function useClusters(): Asked<Clusters> {
  return useQuery<Clusters, Error>({ ...asking<Clusters>(addressOf("api/v1/clusters")), select: withWords });
}

function withWords(fleet: Clusters): Clusters {
  const clusters = fleet.clusters.map((one) => ({ ...one, state: clusterWord(one, fleet.as_of) }));
  return { ...fleet, clusters };
}

/** What became of the costs of a view, by cluster and over time. */
export const useEfficiency = (view: View): Asked<EfficiencyAnswer> => useAsked(efficiencyAddress(view));
export const useUnclaimed = (window: string, filter: string): Asked<Unclaimed> =>
  useAsked(addressOf("api/v1/unclaimed", { window, filter }));
/** Orders to repair, and whether this server takes new ones. */
export const useRepairs = (): Asked<Repairs> => useAsked(addressOf("api/v1/repairs", { limit: "1" }));
export const usePrices = (): Asked<Prices> => useAsked(addressOf("api/v1/prices"));
/** The books and their months. */
export const useStatements = (): Asked<Books> => useAsked(addressOf("api/v1/statements"));
export const useSavedViews = (): Asked<SavedViews> => useAsked(addressOf("api/v1/views"));
export const useHealthz = (): Asked<Healthz> => useAsked(addressOf("healthz"));

export function useHealthWindows(
  window: string,
  kind: string,
  resolution: string,
  enabled = true,
): Asked<HealthWindows> {
  return useAsked(addressOf("api/v1/health/windows", { window, kind, resolution }), enabled);
}

/** What lies in the bucket beside the sets; only for who sees the whole fleet. */
export const useBucketBeside = (): Asked<BucketBeside> => useAsked(addressOf("api/v1/health/bucket"));

function isStarting(error: Error | null): boolean {
  return error instanceof ProblemError && error.kind === "starting";
}
