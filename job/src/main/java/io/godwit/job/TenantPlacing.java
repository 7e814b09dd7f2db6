package io.godwit.job;

import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.TargetOccupancy;
import io.godwit.model.Finding;
import io.godwit.spec.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides where the tenants' events will lie in the order of the target (design, section 6.4).
 * Pure; the decision is carried out, and kept, by {@link TenantPreparation}.
 *
 * @param kept the decision of an earlier start; null when this is the first
 * @param block positions to reserve in the target; 0 for none
 * @param why in words, for the plan
 */
record TenantPlacing(
        Positions mode, Placement kept, long block, String why, List<Finding> findings) {

    /**
     * Beyond the source's last position: what is written until the cutover has to fit in as well.
     */
    private static final long ROOM = 1_000_000_000;

    TenantPlacing {
        findings = List.copyOf(findings);
    }

    /**
     * What is known when it is decided.
     *
     * @param asked the spec's {@code positions}; null for what fits
     * @param holds what an earlier start has decided and still holds
     * @param last the source's last position
     * @param targetLast the target's
     * @param most the highest position that the target's column can take
     */
    record Facts(
            Positions asked,
            Optional<Placement> holds,
            TargetOccupancy target,
            long last,
            long targetLast,
            long most) {}

    static TenantPlacing decide(Facts facts) {
        return facts.holds().isPresent() ? goOn(facts, facts.holds().get()) : begin(facts);
    }

    private static TenantPlacing goOn(Facts facts, Placement kept) {
        List<Finding> findings = new ArrayList<>();
        if (facts.asked() != null && facts.asked() != kept.mode()) {
            findings.add(
                    Finding.note(
                            "positions is "
                                    + word(facts.asked())
                                    + ", but it stays at "
                                    + word(kept.mode())
                                    + ": the target has rows that were written so, or has drawn"
                                    + " positions of its own since a cutover"));
        }
        if (kept.ceiling() != null && facts.last() + kept.offset() > kept.ceiling()) {
            findings.add(
                    Finding.problem(
                            "the source is at position "
                                    + facts.last()
                                    + ", which is above the block that ends at "
                                    + kept.ceiling()
                                    + " in the target",
                            "abort, delete the tenants' rows in the target and begin anew"));
        }
        return new TenantPlacing(
                kept.mode(), kept, 0, "as decided when the migration began", findings);
    }

    private static TenantPlacing begin(Facts facts) {
        TargetOccupancy target = facts.target();
        Positions fits = target.others() && target.readers() ? Positions.APPEND : Positions.KEEP;
        Positions mode = facts.asked() == null ? fits : facts.asked();
        if (mode == Positions.APPEND) {
            return new TenantPlacing(
                    mode,
                    null,
                    0,
                    fits == mode
                            ? "the target has events of others whose readers would not look back"
                                    + " into a reserved block"
                            : "as the spec says",
                    List.of());
        }
        if (!target.others()) {
            return new TenantPlacing(
                    mode, null, 0, "the target has no events of others", List.of());
        }
        return reserved(facts, fits);
    }

    private static TenantPlacing reserved(Facts facts, Positions fits) {
        List<Finding> findings = new ArrayList<>();
        long free = facts.most() - facts.targetLast() - facts.last();
        long room = Math.min(ROOM, free / 2);
        if (room <= 0) {
            findings.add(
                    Finding.problem(
                            "the target's positions end at "
                                    + facts.most()
                                    + " and it is at "
                                    + facts.targetLast()
                                    + ": a block for the source's "
                                    + facts.last()
                                    + " positions does not fit",
                            "set positions: append, or make the column a bigint"));
        }
        if (fits == Positions.APPEND) {
            findings.add(
                    new Finding(
                            Finding.Weight.NOTE,
                            "the target may have readers: one that is past the reserved block does"
                                    + " not see what is copied into it",
                            "set positions: append if somebody follows the target already"));
        }
        return new TenantPlacing(
                Positions.KEEP,
                null,
                Math.max(1, facts.last() + room),
                "the target has events of others, so a block above them is reserved",
                findings);
    }

    /** For the plan. */
    String words() {
        String offset =
                kept != null && mode == Positions.KEEP
                        ? ", offset " + kept.offset()
                        : block > 0
                                ? ", with an offset"
                                : mode == Positions.KEEP ? ", offset 0" : "";
        return "positions: " + word(mode) + offset + "; " + why;
    }

    static String word(Positions positions) {
        return positions.name().toLowerCase(java.util.Locale.ROOT);
    }
}
