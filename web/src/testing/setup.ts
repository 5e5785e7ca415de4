import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A page's code is loaded when it is first shown; on a busy machine that alone can take seconds.
configure({ asyncUtilTimeout: 8000 });
afterEach(cleanup);
