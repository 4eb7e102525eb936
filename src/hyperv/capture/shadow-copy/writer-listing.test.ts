import assert from "node:assert/strict";
import { test } from "node:test";
import { readWriters } from "./writer-listing.ts";

const ID = "006F792F-99EA-4A4A-A241-F8853A3B0CB6";

/** Components in the form of Microsoft's article on writer components (KB3098315), writers as `list writers` shows them. */
function listing(words: {
  readonly writer: string;
  readonly component: string;
  readonly caption: string;
}): string {
  return String.raw`
-> list writers metadata
	* ${words.writer} "System Writer"
		- Writer ID   = {e8132975-6f93-4464-a53e-1050253ae220}
		- Writer instance ID = {7e631031-c695-4229-9da1-a7de057e64cb}
		- Supports restore events = FALSE
		- Excluded files:
		+ ${words.component} "System Writer:\System Files"
			- Name: System Files
			- Logical path:
			- Full path: \System Files
			- Caption: System Files
	* ${words.writer} "Microsoft Hyper-V VSS Writer"
		- Writer ID   = {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}
		- Writer instance ID = {9e362607-9794-4dd4-a7cd-b3d5de0aad20}
		+ ${words.component} "Microsoft Hyper-V VSS Writer:\THE-ID"
			- Name: THE-ID
			- Logical path:
			- Full path: \THE-ID
			- ${words.caption}: Offline\web01
			- Type: VSS_CT_FILEGROUP [2]
			- Is selectable: TRUE
			- Paths affected by this component:
				- D:\Hyper-V\Snapshots
			- Volumes affected by this component:
				- \\?\Volume{9710864d-1433-11e5-93ef-806e6f6e6963}\ [D:\]
				- \\?\Volume{9710864d-1433-11e5-93ef-806e6f6e6964}\ [Not valid for local machine]
			- Component Dependencies:

2 writers listed.
`.replaceAll("THE-ID", ID);
}

const ENGLISH = listing({ writer: "WRITER", component: "Component", caption: "Caption" });
/** No real one was seen (docs/unconfirmed.md, diskshadow-language). */
const GERMAN = listing({ writer: "VERFASSER", component: "Komponente", caption: "Beschriftung" });

test("`readWriters()` reads writers, components, captions and volumes", () => {
  const [system, hyperv] = readWriters(ENGLISH);
  assert.deepEqual([system?.id, system?.name], ["e8132975-6f93-4464-a53e-1050253ae220", "System Writer"]);
  assert.deepEqual(hyperv?.id, "66841cd4-6ded-4f4b-8f17-fd23f8ddc3de");
  assert.deepEqual(hyperv?.components, [
    {
      fullName: `Microsoft Hyper-V VSS Writer:\\${ID}`,
      name: ID,
      caption: "Offline\\web01",
      volumes: [
        { volume: "\\\\?\\Volume{9710864d-1433-11e5-93ef-806e6f6e6963}\\", mount: "D:\\" },
        {
          volume: "\\\\?\\Volume{9710864d-1433-11e5-93ef-806e6f6e6964}\\",
          mount: "Not valid for local machine",
        },
      ],
    },
  ]);
});

test("`readWriters()` understands no word: another language reads the same", () => {
  assert.deepEqual(readWriters(GERMAN), readWriters(ENGLISH));
});

test("`readWriters()` reads writers whose names are not quoted, and none that has no id", () => {
  const text =
    "* WRITER System Writer\n - Status: 1 (VSS_WS_STABLE)\n - Writer ID: {e8132975-6f93-4464-a53e-1050253ae220}\n - Instance ID: {7e631031-c695-4229-9da1-a7de057e64cb}\n* WRITER Nameless\n";
  assert.deepEqual(readWriters(text), [
    { id: "e8132975-6f93-4464-a53e-1050253ae220", name: "System Writer", components: [] },
  ]);
  assert.deepEqual(readWriters(""), []);
});

test("`readWriters()` takes no caption from fields in another order", () => {
  const [, hyperv] = readWriters(ENGLISH.replaceAll(`- Name: ${ID}`, "- Kind: machine"));
  assert.equal(hyperv?.components[0]?.caption, undefined);
});
