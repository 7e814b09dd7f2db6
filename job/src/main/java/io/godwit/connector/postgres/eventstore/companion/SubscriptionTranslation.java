package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.companion.AppendedPositions.Answer;
import io.godwit.connector.postgres.eventstore.companion.Checkpoint.Outcome;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Takes the named subscriptions' checkpoints along with their tenants' events: no event that a
 * consumer has not had in the store it leaves is at or below its position in the other one. A
 * rollback translates back, with the stores in each other's places.
 *
 * <p>The checkpoints of the store that is left stay as they are, and those that are not named are
 * not looked at, in either store. A consumer that still runs on the old store after this gets its
 * later events again in the new one.
 *
 * <p>Nothing is kept between calls; a call has its own sessions.
 */
public final class SubscriptionTranslation {

    private final PostgresEventStoreSpec from;
    private final PostgresEventStoreSpec to;
    private final List<String> names;
    private final List<String> tenants;
    private final OptionalLong offset;
    private final String migration;

    /**
     * @param names the subscriptions that consume these tenants' events and no others
     * @param offset position in {@code to} minus position in {@code from}, where positions were
     *     kept; empty where {@code to} has drawn its own: then events are found by their ids
     */
    public SubscriptionTranslation(
            PostgresEventStoreSpec from,
            PostgresEventStoreSpec to,
            List<String> names,
            List<String> tenants,
            OptionalLong offset,
            String migration) {
        this.from = from;
        this.to = to;
        this.names = names.stream().distinct().toList();
        this.tenants = List.copyOf(tenants);
        this.offset = offset;
        this.migration = migration;
    }

    /**
     * What {@link #apply} would do now. Reads only; works before anything is copied, too.
     *
     * @param through the tenants' last position in the store that they leave
     */
    public List<Checkpoint> plan(long through) throws SQLException {
        return translate(through, false);
    }

    /**
     * Writes the translated checkpoints in one transaction; a repetition changes nothing and never
     * puts a consumer back. Refused, with nothing written, while a consumer is beyond the switch or
     * events that decide a position are missing.
     *
     * @param through the switch position: every event of the tenants is at or below it
     */
    public List<Checkpoint> apply(long through) throws SQLException {
        return translate(through, true);
    }

    private List<Checkpoint> translate(long through, boolean write) throws SQLException {
        if (names.isEmpty()) {
            return List.of();
        }
        try (Connection source = from.open(migration);
                Connection target = to.open(migration)) {
            source.setReadOnly(true);
            target.setReadOnly(!write);
            target.setAutoCommit(false);
            List<Checkpoint> all = translate(source, target, through, write);
            target.commit();
            return all;
        }
    }

    private List<Checkpoint> translate(
            Connection source, Connection target, long through, boolean write) throws SQLException {
        StoreSchema sourceSchema = TenantEvents.requireStore(source, from);
        StoreSchema targetSchema = TenantEvents.requireStore(target, to);
        CheckpointTable arrivals = new CheckpointTable(target, to, targetSchema);
        TenantEvents sourceEvents = new TenantEvents(source, sourceSchema, tenants);
        TenantEvents targetEvents = new TenantEvents(target, targetSchema, tenants);
        List<Departure> departures =
                departures(new CheckpointTable(source, from, sourceSchema), sourceEvents, through);
        if (write) {
            departures.stream()
                    .map(Departure::verdict)
                    .filter(verdict -> verdict != null && verdict.outcome() == Outcome.AHEAD)
                    .findFirst()
                    .ifPresent(SubscriptionTranslation::refuse);
        }
        Map<Long, Answer> positions = positions(departures, sourceEvents, targetEvents, through);
        List<Checkpoint> all = new ArrayList<>();
        for (Departure departure : departures) {
            if (departure.verdict() != null) {
                all.add(departure.verdict());
                continue;
            }
            checkKept(departure, sourceEvents, targetEvents);
            Arrival arrival =
                    new Arrival(
                            departure,
                            positions.get(departure.position()),
                            arrivals.read(departure.name()).orElse(null));
            Checkpoint verdict = arrival.judge(from, to, targetEvents);
            if (write && verdict.outcome() == Outcome.TRANSLATED) {
                if (verdict.to().isEmpty()) {
                    refuse(verdict);
                }
                write(arrivals, arrival, verdict);
            }
            all.add(verdict);
        }
        return List.copyOf(all);
    }

    private List<Departure> departures(CheckpointTable table, TenantEvents events, long through)
            throws SQLException {
        List<Departure> departures = new ArrayList<>();
        for (String name : names) {
            departures.add(
                    Departure.of(
                            name, table.read(name).orElse(null), from.storeId(), events, through));
        }
        return departures;
    }

    private Map<Long, Answer> positions(
            List<Departure> departures, TenantEvents source, TenantEvents target, long through)
            throws SQLException {
        List<Long> asked =
                departures.stream()
                        .filter(departure -> departure.verdict() == null)
                        .map(Departure::position)
                        .distinct()
                        .toList();
        if (offset.isPresent()) {
            return asked.stream()
                    .collect(
                            Collectors.toMap(
                                    p -> p,
                                    p -> new Answer(Math.addExact(p, offset.getAsLong()), 0)));
        }
        return new AppendedPositions(source, target).of(asked, through);
    }

    /** The one event that is known by its id shows whether the offset is the right one. */
    private void checkKept(Departure departure, TenantEvents source, TenantEvents target)
            throws SQLException {
        if (offset.isEmpty()) {
            return;
        }
        String event = departure.row().eventId();
        OptionalLong here = source.positionOf(event);
        OptionalLong there = target.positionOf(event);
        if (here.isPresent()
                && there.isPresent()
                && there.getAsLong() - here.getAsLong() != offset.getAsLong()) {
            throw MigrationException.fatal(
                    departure.name(),
                    "Event "
                            + event
                            + ", the last of subscription "
                            + departure.name()
                            + ", is at position "
                            + here.getAsLong()
                            + " of store "
                            + from.storeId()
                            + " and at "
                            + there.getAsLong()
                            + " of store "
                            + to.storeId()
                            + ", so positions were not kept with an offset of "
                            + offset.getAsLong()
                            + ". Nothing was translated; verify the stores, and translate by event"
                            + " id");
        }
    }

    private void write(CheckpointTable table, Arrival arrival, Checkpoint verdict)
            throws SQLException {
        if (!table.write(
                verdict.name(),
                arrival.departure().row(),
                verdict.to().getAsLong(),
                arrival.before())) {
            throw MigrationException.refused(
                    verdict.name(),
                    "The checkpoint "
                            + verdict.name()
                            + " of store "
                            + to.storeId()
                            + " changed while it was being translated, so its consumer runs there"
                            + " already. Nothing was translated; stop it and repeat");
        }
    }

    private static void refuse(Checkpoint verdict) {
        throw MigrationException.refused(
                verdict.name(),
                "Subscription "
                        + verdict.name()
                        + ": "
                        + verdict.why()
                        + ". Nothing was translated");
    }
}
