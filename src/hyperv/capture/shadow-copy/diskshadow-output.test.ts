import assert from "node:assert/strict";
import { test } from "node:test";
import { logText, readShadows } from "./diskshadow-output.ts";

/** The form that a Windows Server prints, as public transcripts show it; ids and names are neutral. */
const ENGLISH = String.raw`Microsoft DiskShadow version 1.0
Copyright (C) 2013 Microsoft Corporation
On computer:  HV01,  9/24/2024 5:54:17 PM

-> set context persistent
-> writer exclude {e8132975-6f93-4464-a53e-1050253ae220}
-> add volume D: alias Stillpoint0
-> create

Alias Stillpoint0 for shadow ID {89fcc72a-ef5d-4fc0-9f6c-c936c3ce6491} set as environment variable.
Alias VSS_SHADOW_SET for shadow set ID {fa58db67-4686-4a2b-8f7e-2bc95503aa4a} set as environment variable.
Inserted file Manifest.xml into .cab file x.cab

Querying all shadow copies with the shadow copy set ID {fa58db67-4686-4a2b-8f7e-2bc95503aa4a}

        * Shadow copy ID = {89fcc72a-ef5d-4fc0-9f6c-c936c3ce6491}               %Stillpoint0%
                - Shadow copy set: {fa58db67-4686-4a2b-8f7e-2bc95503aa4a}       %VSS_SHADOW_SET%
                - Original count of shadow copies = 2
                - Original volume name: \\?\Volume{6cd5140b-0000-0000-0000-602200000000}\ [D:\]
                - Creation time: 9/24/2024 5:54:18 PM
                - Shadow copy device name: \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7
                - Originating machine: HV01.example.test
                - Service machine: HV01.example.test
                - Not exposed
                - Provider ID: {b5946137-7b9f-4925-af80-51abd60b20d5}
                - Attributes:  No_Auto_Release Persistent Differential

        * Shadow copy ID = {89fcc72a-ef5d-4fc0-9f6c-c936c3ce6492}               %Stillpoint1%
                - Shadow copy set: {fa58db67-4686-4a2b-8f7e-2bc95503aa4a}       %VSS_SHADOW_SET%
                - Original volume name: \\?\Volume{6cd5140b-0000-0000-0000-602200000001}\ [D:\Mounted Here\]
                - Shadow copy device name: \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy8

Number of shadow copies listed: 2
-> end backup
`;

const SET = "fa58db67-4686-4a2b-8f7e-2bc95503aa4a";

test("`readShadows()` reads what `create` prints", () => {
  assert.deepEqual(readShadows(ENGLISH), [
    {
      id: "89fcc72a-ef5d-4fc0-9f6c-c936c3ce6491",
      alias: "Stillpoint0",
      set: SET,
      volume: "\\\\?\\Volume{6cd5140b-0000-0000-0000-602200000000}\\",
      mount: "D:\\",
      device: "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7",
    },
    {
      id: "89fcc72a-ef5d-4fc0-9f6c-c936c3ce6492",
      alias: "Stillpoint1",
      set: SET,
      volume: "\\\\?\\Volume{6cd5140b-0000-0000-0000-602200000001}\\",
      mount: "D:\\Mounted Here\\",
      device: "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy8",
    },
  ]);
});

/** What the same may look like in German: no real one was seen (docs/unconfirmed.md, diskshadow-language). */
const GERMAN = String.raw`
        * Schattenkopiekennung = {89FCC72A-EF5D-4FC0-9F6C-C936C3CE6491}
                – Schattenkopiesatz: {FA58DB67-4686-4A2B-8F7E-2BC95503AA4A}
                - Ursprüngliche Anzahl von Schattenkopien = 1
                - Ursprünglicher Volumename: \\?\Volume{6cd5140b-0000-0000-0000-602200000000}\ [D:\]
                - Erstellungszeit: 24.09.2024 17:54:18
                - Name des Schattenkopiegeräts: \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7
                - Anbieterkennung: {b5946137-7b9f-4925-af80-51abd60b20d5}

Anzahl aufgelisteter Schattenkopien: 1
`;

test("`readShadows()` understands no word: another language reads the same", () => {
  const [english] = readShadows(ENGLISH);
  assert.deepEqual(readShadows(GERMAN), [{ ...english, alias: undefined }]);
});

test("`readShadows()` reads the same where a program prints in another code page than UTF-8", () => {
  const printed = new TextDecoder().decode(Buffer.from(GERMAN, "latin1"));
  assert.ok(printed.includes("\ufffd"), "letters beyond ASCII are lost");
  assert.deepEqual(readShadows(printed), readShadows(GERMAN));
});

test("`readShadows()` reads the shadow copy of a share", () => {
  const [shadow] = readShadows(String.raw`
	* Shadow copy ID = {89fcc72a-ef5d-4fc0-9f6c-c936c3ce6491}		%Stillpoint0%
		- Shadow copy set: {fa58db67-4686-4a2b-8f7e-2bc95503aa4a}
		- Original volume name: \\nas\machines\
		- Shadow copy device name: \\NAS\machines@{89FCC72A-EF5D-4FC0-9F6C-C936C3CE6491}
		- Provider ID: {89300202-3cec-4981-9171-19f59559e0f2}
`);
  assert.equal(shadow?.device, "\\\\NAS\\machines@{89FCC72A-EF5D-4FC0-9F6C-C936C3CE6491}");
  assert.equal(shadow?.set, SET);
});

test("`readShadows()` of an output without shadow copies is empty, whatever GUIDs it holds", () => {
  assert.deepEqual(readShadows("-> delete shadows set {fa58db67-4686-4a2b-8f7e-2bc95503aa4a}\n"), []);
  assert.deepEqual(
    readShadows('\t* WRITER "System Writer"\n\t\t- Writer ID   = {e8132975-6f93-4464-a53e-1050253ae220}'),
    [],
  );
  assert.deepEqual(readShadows("-> * {e8132975-6f93-4464-a53e-1050253ae220}"), []);
});

test("`logText()` reads a log of either width", () => {
  const wide = new Uint8Array(Buffer.from(`\ufeff${ENGLISH}`, "utf16le"));
  assert.deepEqual(readShadows(logText(wide)), readShadows(ENGLISH));
  assert.deepEqual(readShadows(logText(new TextEncoder().encode(ENGLISH))), readShadows(ENGLISH));
  assert.equal(logText(new Uint8Array()), "");
});
