/** The app's few pictograms, drawn on a 16 × 16 grid with one stroke. They decorate words and never replace them. */

const PATHS = {
  overview: "M2.5 13.5v-4M6.2 13.5v-8M9.8 13.5v-6M13.5 13.5v-11",
  explore: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM10.6 10.6 14 14",
  clusters: "M8 1.8 13.4 4.9v6.2L8 14.2 2.6 11.1V4.9zM2.8 5 8 8l5.2-3M8 8v6",
  efficiency: "M2.2 12a6.4 6.4 0 1 1 11.6 0M8 9.5l2.8-3.4",
  assets: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  health: "M1.5 8.5h3l2-5 3 9 2-4h3",
  statements: "M4 1.5h5.500L13 5v9.500H4zM9.500 1.500V5H13M6.200 8.200h4.600M6.200 11h4.600",
  prices: "M8.6 2H14v5.4l-6.3 6.3a1 1 0 0 1-1.4 0l-4-4a1 1 0 0 1 0-1.4zM11 5h.01",
  savings: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM5.2 8h5.600",
  saved: "M4 2h8v12l-4-3-4 3z",
  help: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM6.2 6.3A1.9 1.9 0 0 1 8 5c1 0 1.9.7 1.9 1.7C9.9 8 8 8.1 8 9.300M8 11.500h.01",
  theme: "M8 14.200A6.2 6.2 0 1 0 8 1.800zM8 14.200A6.2 6.2 0 0 1 8 1.8",
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M4 4l8 8M12 4l-8 8",
  down: "M4.5 6.5 8 10l3.5-3.5",
  right: "M6.5 4.5 10 8l-3.5 3.5",
  share: "M6.5 9.5 13.5 2.500M9 2.500h4.500V7M11.5 9v4.500h-9v-9H7",
  export: "M8 2v8M5 7.5 8 10.500l3-3M2.5 13.500h11",
  details: "M2.5 3h11v10h-11zM9.500 3v10M11.5 6h.01M11.5 8.500h.01",
  cloud: "M4.8 12.500a3 3 0 0 1-.3-6 3.800 3.800 0 0 1 7.300.900 2.600 2.600 0 0 1-.300 5.100z",
  swap: "M2.5 5.500h10M10 3l2.500 2.500L10 8M13.5 10.500h-10M6 8l-2.500 2.500L6 13",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  filter: "M2 3.500h12L9.5 8.700V13l-3-1.500V8.700z",
  arrowUp: "M8 13V3.500M4.5 7 8 3.5 11.5 7",
  arrowDown: "M8 3v9.500M4.5 9 8 12.5 11.5 9",
  table: "M2.5 3h11v10h-11zM2.5 6.500h11M2.5 9.700h11M6.5 3v10",
  warning: "M8 2 14.5 13.500h-13zM8 6.500v3.200M8 11.500h.01",
  copy: "M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
