import { CLUSTER_TOKEN, NAMESPACE, startFakeCluster } from "../../launchers/kubernetes/fake-cluster.ts";
import { describeLauncher } from "./describe-launcher.ts";

describeLauncher("Kubernetes", async (start) => {
  const cluster = await startFakeCluster(start);
  return {
    settings: {
      ...{ LAUNCHER: "kubernetes", KUBERNETES_API_URL: cluster.origin, KUBERNETES_TOKEN: CLUSTER_TOKEN },
      ...{ KUBERNETES_IMAGE: "processor:1", KUBERNETES_NAMESPACE: NAMESPACE },
    },
    loseReply: () => cluster.trouble(/^POST/, { kind: "lose-reply" }),
    [Symbol.asyncDispose]: cluster[Symbol.asyncDispose],
  };
});
