package io.godwit.spec;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys that only kind {@code tenant} has. They stand at the top of the spec, beside those of
 * every kind.
 *
 * @param tenants whose events move, as the tenant column spells them; at least one
 * @param subscriptions the checkpoints that belong to these tenants and to nobody else, default []
 * @param cutoverMaxLagEvents most events the target may be behind when a cutover begins, default 0;
 *     what is missing is applied inside the pause, nothing is given up
 * @param cutoverTimeoutMs longest pause of writers; then the cutover is rolled back, default 500
 * @param dualWriteTimeoutMinutes longest wait for a cutover once the copy is done; null (default)
 *     for no limit
 * @param positionMappingEnabled record which target positions stand for which of the source,
 *     default true
 * @param verifyConsistency compare source and target before a cutover, default true
 * @param verificationLevel how closely, default hash
 * @param migrateSubscriptions translate the checkpoints of {@code subscriptions}, default true
 * @param writePauseTimeoutMs longest wait of a writer at a cutover, default 5000
 * @param tail how new events are seen, default poll
 * @param positions null to take what fits the target
 * @param snapshots move the tenants' snapshots too, default true
 */
public record TenantOptions(
        List<String> tenants,
        List<String> subscriptions,
        Long cutoverMaxLagEvents,
        Integer cutoverTimeoutMs,
        Integer dualWriteTimeoutMinutes,
        Boolean positionMappingEnabled,
        Boolean verifyConsistency,
        VerificationLevel verificationLevel,
        Boolean migrateSubscriptions,
        Integer writePauseTimeoutMs,
        Tail tail,
        Positions positions,
        Boolean snapshots)
        implements Serializable {

    /** What a checkpoint's name may have: its column in eventsource-py. */
    private static final int LONGEST_SUBSCRIPTION = 255;

    public TenantOptions {
        Checks.required("tenants", tenants);
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException("tenants is empty; name at least one tenant");
        }
        tenants = distinct("tenants", tenants);
        subscriptions =
                subscriptions == null ? List.of() : distinct("subscriptions", subscriptions);
        subscriptions.forEach(TenantOptions::checkLength);
        cutoverMaxLagEvents = cutoverMaxLagEvents == null ? 0 : cutoverMaxLagEvents;
        Checks.atLeast("cutover_max_lag_events", 0, cutoverMaxLagEvents);
        cutoverTimeoutMs = cutoverTimeoutMs == null ? 500 : cutoverTimeoutMs;
        Checks.atLeast("cutover_timeout_ms", 100, cutoverTimeoutMs);
        if (dualWriteTimeoutMinutes != null) {
            Checks.atLeast("dual_write_timeout_minutes", 1, dualWriteTimeoutMinutes);
        }
        positionMappingEnabled = positionMappingEnabled == null || positionMappingEnabled;
        verifyConsistency = verifyConsistency == null || verifyConsistency;
        verificationLevel = verificationLevel == null ? VerificationLevel.HASH : verificationLevel;
        migrateSubscriptions = migrateSubscriptions == null || migrateSubscriptions;
        writePauseTimeoutMs = writePauseTimeoutMs == null ? 5000 : writePauseTimeoutMs;
        tail = tail == null ? Tail.POLL : tail;
        snapshots = snapshots == null || snapshots;
        if (writePauseTimeoutMs < cutoverTimeoutMs) {
            throw new IllegalArgumentException(
                    "write_pause_timeout_ms is "
                            + writePauseTimeoutMs
                            + ", less than cutover_timeout_ms "
                            + cutoverTimeoutMs
                            + ": writers would fail while a cutover may still succeed");
        }
        if (migrateSubscriptions && !subscriptions.isEmpty() && !positionMappingEnabled) {
            throw new IllegalArgumentException(
                    "subscriptions are translated by the position mapping, and"
                            + " position_mapping_enabled is false; set migrate_subscriptions: false"
                            + " as well, or leave both out");
        }
    }

    private static List<String> distinct(String key, List<String> values) {
        Set<String> seen = new HashSet<>();
        for (String value : values) {
            if (value == null || value.isBlank() || !value.equals(value.strip())) {
                throw new IllegalArgumentException(
                        key
                                + (value == null || value.isBlank()
                                        ? " has an empty entry"
                                        : " has '" + value + "' with blanks around it"));
            }
            if (!seen.add(value)) {
                throw new IllegalArgumentException(key + " has '" + value + "' twice");
            }
        }
        return List.copyOf(values);
    }

    private static void checkLength(String subscription) {
        if (subscription.length() > LONGEST_SUBSCRIPTION) {
            throw new IllegalArgumentException(
                    "subscriptions has a name of "
                            + subscription.length()
                            + " characters; at most "
                            + LONGEST_SUBSCRIPTION);
        }
    }
}
