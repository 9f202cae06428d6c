import { useMutation } from "@tanstack/react-query";
import { answered } from "../../api/api-problem.ts";
import { DialogForm } from "../../components/dialogs/dialog-form.tsx";
import { ButtonDialog } from "../../components/dialogs/dialogs.tsx";
import { ShownOnce } from "../../components/dialogs/shown-once.tsx";
import { DateTime } from "../../components/facts.tsx";
import { useSession } from "../../session/session.tsx";

type SecretProps = { readonly webhookId: string };

export function RotateSecret({ webhookId }: SecretProps) {
  return (
    <ButtonDialog isDismissable={false} label="Rotate the secret" heading="Rotate the signing secret" variant="plain">
      {(close) => <SecretForm webhookId={webhookId} close={close} />}
    </ButtonDialog>
  );
}

function SecretForm({ webhookId, close }: SecretProps & { readonly close: () => void }) {
  const { api } = useSession();
  const rotate = useMutation({
    mutationFn: () => answered(api.rotateWebhookSecret({ params: { webhookId }, body: {} })),
  });
  if (rotate.data !== undefined)
    return (
      <>
        <p>
          The secret before it also signs until <DateTime at={rotate.data.previousExpiresAt} />.
        </p>
        <ShownOnce label="Signing secret" secret={rotate.data.secret} close={close} />
      </>
    );
  return (
    <DialogForm
      submitLabel="Rotate"
      isPending={rotate.isPending}
      error={rotate.error}
      submit={() => rotate.mutate()}
      close={close}
    >
      <p>A new secret signs what is sent from now on. For a day the present one signs too.</p>
    </DialogForm>
  );
}
