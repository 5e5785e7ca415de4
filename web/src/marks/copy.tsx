/** A command that copies itself when it is pressed. */

import { useState } from "react";
import { Icon } from "./icon";

interface CopyCodeProps {
  text: string;
  /** Where the command is run. */
  where?: string;
}

export function CopyCode({ text, where }: CopyCodeProps) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // Without a secure connection there is no clipboard; the text can still be selected.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <button
      type="button"
      className="copy-code"
      title={text}
      aria-label={`Copy ${[text, where ? `Run ${where}` : ""].filter(Boolean).join(" ")}`}
      onClick={copy}
    >
      <Icon name="copy" size={13} />
      <code>{text}</code> {where ? <span className="copy-where">Run {where}</span> : null}
      <span className="hidden-visually" role="status">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}
