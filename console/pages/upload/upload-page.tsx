import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { CheckboxField, type Choice, SelectInput, TextInput } from "../../components/fields.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { FileDrop } from "../../uploads/file-drop.tsx";
import { UploadList } from "../../uploads/upload-list.tsx";
import { useUploads } from "../../uploads/use-uploads.ts";
import { type Draft, forgetDraft, readDraft, writeDraft } from "./draft.ts";

const PURPOSE = "new-post";

const TYPES: readonly Choice<Draft["resourceType"]>[] = [
  { value: "VIDEO", label: "Video" },
  { value: "AUDIO", label: "Audio" },
];

const ACCESS: readonly Choice<Draft["access"]>[] = [
  { value: "POLICY", label: "By policies for each quality" },
  { value: "PUBLIC", label: "Public in every quality" },
];

/** A new post: its texts, and its parts while they are uploaded. */
export function UploadPage() {
  const [draft, setDraft] = useState(readDraft);
  const { queue, uploads } = useUploads(PURPOSE);
  const create = useCreatePost(draft);
  useEffect(() => writeDraft(draft), [draft]);
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const complete = uploads.filter(({ state }) => state === "complete");
  const isReady = complete.length === uploads.length && draft.title.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) create.mutate({ uploads: complete, forget: (ids) => queue.forget(ids) });
  };
  return (
    <>
      <PageHeader title="New post" />
      <form className="form" onSubmit={submit}>
        <TextInput
          label="Title"
          value={draft.title}
          onChange={(title) => change({ title })}
          maxLength={200}
          isRequired
        />
        <TextInput
          label="Description"
          value={draft.description}
          onChange={(description) => change({ description })}
          lines={3}
        />
        <div className="form-row">
          <SelectInput
            label="Type"
            choices={TYPES}
            value={draft.resourceType}
            onChange={(resourceType) => change({ resourceType })}
          />
          <SelectInput label="Access" choices={ACCESS} value={draft.access} onChange={(access) => change({ access })} />
        </div>
        <CheckboxField isSelected={draft.autoPublish} onChange={(autoPublish) => change({ autoPublish })}>
          Publish without a review, when every part is ready
        </CheckboxField>
        <FileDrop
          label="Drop the parts here, in their order"
          isMultiple
          onFiles={(files) => queue.add(files, PURPOSE)}
        />
        {uploads.length > 0 && <UploadList uploads={uploads} queue={queue} />}
        {create.error !== null && <ProblemNotice error={create.error} />}
        <div className="form-buttons">
          <ActionButton type="submit" variant="primary" isDisabled={!isReady} isPending={create.isPending}>
            {uploads.length === 0 ? "Create a draft" : "Create the post"}
          </ActionButton>
          {!isReady && uploads.length > 0 && (
            <span className="quiet">The post can be created when it has a title and every part has arrived.</span>
          )}
        </div>
      </form>
    </>
  );
}

type CompleteUpload = {
  readonly id: string;
  readonly uploadId: string | null;
  readonly name: string;
  readonly size: number;
};

function useCreatePost(draft: Draft) {
  const { api } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ uploads }: { uploads: readonly CompleteUpload[]; forget: (ids: readonly string[]) => void }) => {
      const uploadFileList = uploads.flatMap(({ uploadId, name, size }) =>
        uploadId === null ? [] : [{ uploadId, fileName: name, fileSize: size }],
      );
      // The first upload names the request: a repeat after a lost answer creates no second post.
      const idempotencyKey = uploadFileList[0]?.uploadId;
      return answered(api.createVideoPost({ body: { ...draft, uploadFileList } }, { idempotencyKey }));
    },
    onSuccess: async ({ videoPostId }, { uploads, forget }) => {
      forget(uploads.map(({ id }) => id));
      forgetDraft();
      void queries.invalidateQueries({ queryKey: ["posts"] });
      await navigate({ to: "/posts/$videoPostId", params: { videoPostId } });
    },
  });
}
