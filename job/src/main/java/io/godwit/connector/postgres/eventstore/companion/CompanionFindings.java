package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.StoreSchema.Companions;
import io.godwit.model.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * What a plan says of the tables beside the events: what moves with a tenant, and what does not.
 */
public final class CompanionFindings {

    /** Of a target that is created by Godwit. */
    private static final Companions CREATED = new Companions(true, true, true, true, true, true);

    private CompanionFindings() {}

    /**
     * @param subscriptions whose checkpoints are translated; empty for none
     * @param snapshots move them
     */
    public static List<Finding> of(
            StoreSchema source, StoreSchema target, List<String> subscriptions, boolean snapshots) {
        if (!source.mapping().isEventsourcePy()) {
            return List.of();
        }
        Companions from = source.companions();
        Companions to = target.exists() ? target.companions() : CREATED;
        List<Finding> findings = new ArrayList<>();
        if (from.snapshots()) {
            findings.add(snapshots(to, snapshots));
        }
        if (!subscriptions.isEmpty()) {
            findings.add(subscriptions(from, to, subscriptions));
        }
        if (from.outbox()) {
            findings.add(Finding.note("rows of event_outbox stay in the source"));
        }
        if (from.deadLetters()) {
            findings.add(
                    Finding.note(
                            "rows of dead_letter_queue stay in the source; retry or resolve those of"
                                    + " the tenants there"));
        }
        findings.add(
                Finding.note(
                        "read models, the checkpoints of other subscriptions and other tenants'"
                                + " rows are not touched, in either store"));
        return List.copyOf(findings);
    }

    private static Finding snapshots(Companions to, boolean wanted) {
        if (!wanted) {
            return Finding.note("snapshots stay in the source (snapshots: false)");
        }
        return to.snapshots()
                ? Finding.good("snapshots of the tenants' streams are moved too")
                : Finding.note(
                        "the target has no table snapshots, so those of the tenants' streams are"
                                + " not moved: streams are read from their first event there");
    }

    private static Finding subscriptions(Companions from, Companions to, List<String> names) {
        if (!from.checkpoints() || !to.checkpoints()) {
            return Finding.problem(
                    "the "
                            + (from.checkpoints() ? "target" : "source")
                            + " has no table projection_checkpoints, so the subscriptions "
                            + names
                            + " cannot be translated",
                    "create eventsource-py's tables there, or leave subscriptions out");
        }
        return Finding.good(
                "checkpoints of the subscriptions "
                        + names
                        + " are translated, and no others; their rows in the source stay as they"
                        + " are");
    }
}
