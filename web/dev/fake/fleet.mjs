// A made-up fleet, the same on every run: clusters, workloads, assets and what each costs an hour.

export const NOW = process.env.FAKE_NOW ?? "2026-11-21T15:12:00Z";

const CLUSTERS = [
  ["prod-eu-1", "aws", "eu-central-1", 26, 3.4],
  ["prod-eu-2", "aws", "eu-west-1", 21, 2.6],
  ["prod-us-1", "gcp", "us-east4", 24, 3.1],
  ["prod-us-2", "gcp", "us-central1", 15, 1.9],
  ["prod-ap-1", "azure", "southeastasia", 12, 1.5],
  ["prod-ap-2", "azure", "japaneast", 9, 1.1],
  ["data-eu-1", "aws", "eu-central-1", 18, 2.9],
  ["ml-us-1", "gcp", "us-central1", 8, 4.2],
  ["stage-eu-1", "aws", "eu-central-1", 7, 0.8],
  ["stage-us-1", "gcp", "us-east4", 6, 0.7],
  ["dev-eu-1", "aws", "eu-central-1", 5, 0.5],
  ["dev-us-1", "gcp", "us-east4", 4, 0.4],
  ["edge-lab", "on-premises", "", 3, 0.2],
];

const NAMESPACES = [
  "checkout",
  "catalog",
  "search",
  "payments",
  "identity",
  "ingress",
  "monitoring",
  "kube-system",
  "batch",
];
const CONTROLLERS = [
  ["deployment", "api"],
  ["deployment", "web"],
  ["deployment", "worker"],
  ["statefulset", "store"],
  ["daemonset", "agent"],
];
const TEAMS = ["shop", "platform", "data", "__unallocated__"];

/** A number from 0 to 1 that depends on the text alone. */
export function chance(text) {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822507);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 4294967296;
}

export function clusters() {
  return CLUSTERS.map(([cluster, provider, region, nodes, weight]) => ({
    cluster,
    provider,
    region,
    nodes,
    weight,
  }));
}

/** Every container of the fleet with what it costs an hour. */
export function workloads(size = 1) {
  const leaves = [];
  for (const { cluster, weight } of clusters()) {
    const spaces = cluster === "ml-us-1" ? ["training", "serving", ...NAMESPACES.slice(5)] : NAMESPACES;
    for (const namespace of spaces) {
      const share = weight * 0.14 * (0.15 + chance(`${cluster}/${namespace}`) ** 2);
      for (const [kind, name] of CONTROLLERS) {
        const path = `${cluster}/${namespace}/${name}`;
        if (chance(`${path}?`) < 0.42) continue;
        const pods = size * (1 + Math.floor(chance(`${path}#`) * 3));
        for (let pod = 0; pod < pods; pod += 1)
          leaves.push(...containers(cluster, namespace, kind, name, pod, share / pods));
      }
    }
  }
  return balanced(leaves);
}

function containers(cluster, namespace, kind, name, pod, share) {
  const suffix = Math.floor(chance(`${cluster}${namespace}${name}${pod}`) * 1e9).toString(36);
  const names = chance(`${cluster}${namespace}${name}`) > 0.6 ? [name, "proxy"] : [name];
  return names.map((container, index) => {
    const path = `${cluster}/${namespace}/${kind}:${name}/${pod}/${container}`;
    const hourly = share * (0.3 + chance(path)) * (index === 0 ? 1 : 0.15);
    return {
      key: {
        cluster,
        namespace,
        controller: `${kind}:${name}`,
        controllerKind: kind,
        controllerName: name,
        pod: kind === "statefulset" ? `${name}-${pod}` : `${name}-${suffix}-${pod}`,
        container,
        node: `${cluster}-node-${Math.floor(chance(path) * 5)}`,
        services: name,
        service: name,
        "label:team": TEAMS[Math.floor(chance(`${namespace}team`) * TEAMS.length)],
        "label[team]": TEAMS[Math.floor(chance(`${namespace}team`) * TEAMS.length)],
      },
      hourly,
      gpu: cluster === "ml-us-1" && (namespace === "training" || namespace === "serving") ? hourly * 2.2 : 0,
      used: 0.15 + 0.75 * chance(`${path}used`),
      storage: kind === "statefulset" ? hourly * 0.35 : 0,
      network: namespace === "ingress" ? hourly * 0.4 : hourly * 0.02,
      balancer: namespace === "ingress" && name === "web" ? 0.025 : 0,
    };
  });
}

/** What part of a cluster's assets its workloads are allocated. */
function usedPart(cluster) {
  return 0.62 + 0.24 * chance(`${cluster} used`);
}

/** What a cluster wastes, as a part of what it allocates: the rest of its assets. */
export function idlePart(cluster) {
  return 1 / usedPart(cluster) - 1;
}

/** Workloads scaled so that allocations and idle of each cluster are its assets: the books close. */
function balanced(leaves) {
  const spent = new Map();
  const raw = new Map();
  const add = (sums, cluster, amount) => sums.set(cluster, (sums.get(cluster) ?? 0) + amount);
  for (const asset of assets()) add(spent, asset.key.cluster, asset.hourly + asset.adjustment);
  for (const leaf of leaves)
    add(raw, leaf.key.cluster, leaf.hourly + leaf.gpu + leaf.storage + leaf.network + leaf.balancer);
  return leaves.map((leaf) => {
    const { cluster } = leaf.key;
    const factor = (spent.get(cluster) * usedPart(cluster)) / raw.get(cluster);
    const scaled = Object.fromEntries(
      ["hourly", "gpu", "storage", "network", "balancer"].map((field) => [field, leaf[field] * factor]),
    );
    return { ...leaf, ...scaled };
  });
}

/** How busy a cluster is in one hour. */
export function busy(cluster, hour) {
  const day = Math.floor(hour / 24);
  const weekday = (day + 4) % 7;
  const quiet = weekday === 0 || weekday === 6 ? 0.8 : 1;
  const daily = 0.92 + 0.16 * chance(`${cluster}${day}`);
  return quiet * daily * (1 + 0.15 * Math.sin(((hour % 24) - 8) * 0.26));
}

const NODE_TYPES = {
  aws: ["m6i.2xlarge", 0.384],
  gcp: ["n2-standard-8", 0.3885],
  azure: ["Standard_D8s_v5", 0.384],
};

export function assets() {
  return clusters().flatMap((cluster) => [...nodes(cluster), ...disks(cluster), ...others(cluster)]);
}

function nodes({ cluster, provider, region, nodes: count }) {
  const [type, price] = NODE_TYPES[provider] ?? ["bare-metal-16", 0.21];
  return Array.from({ length: count }, (_, index) => {
    const name = `${cluster}-node-${index}`;
    const spot = chance(`${name}spot`) > 0.7 && provider !== "on-premises";
    const list = price * (spot ? 0.35 : 1);
    return {
      key: {
        type: "Node",
        assetType: "Node",
        category: "Compute",
        cluster,
        name,
        provider,
        region,
        node_type: type,
        pool: spot ? "spot" : "general",
      },
      hourly: list,
      adjustment: provider === "on-premises" ? 0 : -list * (0.04 + 0.2 * chance(`${name}adj`)),
      more: {
        node_type: type,
        preemptible: spot ? 1 : 0,
        cores: 8,
        ram: 32 * 2 ** 30,
        price_source: provider === "on-premises" ? "custom" : "price book",
      },
    };
  });
}

function disks({ cluster, provider, region, nodes: count }) {
  return Array.from({ length: Math.ceil(count * 1.4) }, (_, index) => {
    const name = `pvc-${Math.floor(chance(`${cluster}${index}pvc`) * 2 ** 32).toString(16)}`;
    const size = (10 + Math.floor(chance(name) * 400)) * 2 ** 30;
    const loose = chance(`${name}claim`) > 0.9;
    return {
      key: { type: "Disk", assetType: "Disk", category: "Storage", cluster, name, provider, region },
      hourly: (size / 2 ** 30) * 0.00011,
      adjustment: 0,
      more: {
        bytes: size,
        used: size * chance(`${name}used`),
        storage_class: "standard",
        claim_namespace: loose ? "" : NAMESPACES[index % NAMESPACES.length],
        claim_name: loose ? "" : `data-${index}`,
        price_source: "price book",
      },
    };
  });
}

function others({ cluster, provider, region, nodes: count }) {
  const balancers = Array.from({ length: Math.ceil(count / 8) }, (_, index) => ({
    key: {
      type: "LoadBalancer",
      assetType: "LoadBalancer",
      category: "Network",
      cluster,
      name: `ingress/web-${index}`,
      provider,
      region,
    },
    hourly: 0.025,
    adjustment: 0,
    more: { price_source: "price book" },
  }));
  if (provider === "on-premises") return balancers;
  const fee = {
    type: "ClusterManagement",
    assetType: "ClusterManagement",
    category: "Management",
    cluster,
    name: "control plane",
    provider,
    region,
  };
  return [...balancers, { key: fee, hourly: 0.1, adjustment: 0, more: { price_source: "price book" } }];
}
