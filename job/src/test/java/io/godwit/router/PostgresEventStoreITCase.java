package io.godwit.router;

import static io.godwit.router.TableShapeITCase.event;
import static io.godwit.router.TableShapeITCase.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One store alone, in each shape that eventsource-py gives its table. */
final class PostgresEventStoreITCase {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whatIsAppendedIsRead(Shape shape) {
        Store store = new Store(server, "shared", shape);
        PostgresEventStore events = store.events();
        StreamId stream = stream();
        NewEvent first =
                new NewEvent(
                        UUID.randomUUID(),
                        "Placed",
                        Instant.parse("2026-01-01T00:00:00.078123Z"),
                        "ann",
                        "{\"text\": \"ä\", \"amount\": 7}");

        assertThat(events.streamVersion(stream)).isZero();
        AppendResult one = events.append(stream, List.of(first), ExpectedVersion.noStream());
        AppendResult more =
                events.append(stream, List.of(event(), event()), ExpectedVersion.exact(1));

        assertThat(one.newVersion()).isEqualTo(1);
        assertThat(more.newVersion()).isEqualTo(3);
        assertThat(events.streamVersion(stream)).isEqualTo(3);
        RecordedEvent read = events.readStream(stream, 1).get(0);
        assertThat(read)
                .isEqualTo(
                        new RecordedEvent(
                                one.position(),
                                first.eventId(),
                                stream,
                                1,
                                "Placed",
                                first.occurredAt(),
                                read.createdAt(),
                                "ann",
                                first.payload()));
        assertThat(events.readStream(stream, 2))
                .extracting(RecordedEvent::position)
                .containsExactly(more.position(), more.position() + 1);
        FeedPage page = events.readAll(stream.tenantId(), one.position(), 1);
        assertThat(page.storeId()).isEqualTo("shared");
        assertThat(page.events()).extracting(RecordedEvent::version).containsExactly(2L);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void anExpectationThatIsNotMetStoresNothing(Shape shape) {
        Store store = new Store(server, "shared", shape);
        PostgresEventStore events = store.events();
        StreamId stream = stream();
        assertThatThrownBy(
                        () ->
                                events.append(
                                        stream, List.of(event()), ExpectedVersion.streamExists()))
                .isInstanceOf(OptimisticLockException.class);
        events.append(stream, List.of(event()), ExpectedVersion.any());

        assertThatThrownBy(
                        () -> events.append(stream, List.of(event()), ExpectedVersion.noStream()))
                .hasMessageContaining("is at version 1, expected no_stream");
        assertThatThrownBy(() -> events.append(stream, List.of(event()), ExpectedVersion.exact(2)))
                .isInstanceOfSatisfying(
                        OptimisticLockException.class, e -> assertThat(e.actual()).isEqualTo(1));
        assertThat(store.query("SELECT count(*) FROM events")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void anEventIdIsStoredOnce(Shape shape) {
        Store store = new Store(server, "shared", shape);
        NewEvent event = event();
        store.events().append(stream(), List.of(event), ExpectedVersion.any());
        NewEvent later =
                new NewEvent(event.eventId(), "Placed", Instant.now(), null, event.payload());

        assertThatThrownBy(
                        () ->
                                store.events()
                                        .append(
                                                stream(),
                                                List.of(event(), later),
                                                ExpectedVersion.any()))
                .isInstanceOfSatisfying(
                        DuplicateEventException.class,
                        e -> assertThat(e.eventId()).isEqualTo(event.eventId()));
        assertThat(store.query("SELECT count(*) FROM events")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void ofTwoWritersOfOneVersionOneIsToldSo(Shape shape) throws Exception {
        Store store = new Store(server, "shared", shape);
        StreamId stream = stream();
        store.execute(
                "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$",
                "CREATE TRIGGER hold AFTER INSERT ON events"
                        + " FOR EACH STATEMENT EXECUTE FUNCTION hold()");
        try (Connection holder = store.database().connect();
                Waiting<Object> first = Waiting.on(() -> outcome(store, stream));
                Waiting<Object> second = Waiting.on(() -> outcome(store, stream))) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT pg_advisory_xact_lock(1)");
            store.awaitHeld(2);
            holder.rollback();

            List<Object> outcomes = List.of(first.result(), second.result());
            assertThat(outcomes).hasAtLeastOneElementOfType(AppendResult.class);
            // The other read the version before or after; both with exact(0).
            assertThat(outcomes).hasAtLeastOneElementOfType(OptimisticLockException.class);
        }
        assertThat(store.events().streamVersion(stream)).isEqualTo(1);
    }

    private static Object outcome(Store store, StreamId stream) {
        try {
            return store.events().append(stream, List.of(event()), ExpectedVersion.exact(0));
        } catch (OptimisticLockException e) {
            return e;
        }
    }

    @Test
    void aPositionThatIsTakenIsNotCalledAVersionConflict() {
        Store store = new Store(server, "shared", Shape.WITH_TXID);
        store.events().append(stream(), List.of(event()), ExpectedVersion.any());
        store.execute("SELECT setval('events_global_position_seq', 1, false)");

        assertThatThrownBy(
                        () ->
                                store.events()
                                        .append(stream(), List.of(event()), ExpectedVersion.any()))
                .isExactlyInstanceOf(EventStoreException.class)
                .hasMessageContaining("events_pkey");
    }

    @Test
    void aBatchLargerThanAStatementKeepsItsOrder() {
        Store store = new Store(server, "shared", Shape.WITH_TXID);
        StreamId stream = stream();
        List<NewEvent> batch = Stream.generate(TableShapeITCase::event).limit(1201).toList();

        assertThat(store.events().append(stream, batch, ExpectedVersion.any()))
                .isEqualTo(new AppendResult(1201, 1));
        assertThat(store.events().readAll(stream.tenantId(), 0, 2000).events())
                .extracting(RecordedEvent::eventId)
                .containsExactlyElementsOf(batch.stream().map(NewEvent::eventId).toList());
    }

    @Test
    void theFeedLeavesOutWhatARunningTransactionMayStillPrecede() throws SQLException {
        Store store = new Store(server, "shared", Shape.WITH_TXID);
        StreamId stream = stream();
        try (Connection open = store.database().connect()) {
            open.setAutoCommit(false);
            open.createStatement().execute("SELECT pg_current_xact_id()");
            store.events().append(stream, List.of(event()), ExpectedVersion.any());

            assertThat(store.events().readAll(stream.tenantId(), 0, 10).events()).isEmpty();
            assertThat(store.events().readStream(stream, 1)).hasSize(1);
            open.rollback();
        }
        assertThat(store.events().readAll(stream.tenantId(), 0, 10).events()).hasSize(1);
    }

    @Test
    void noEventsAnEventTwiceAndAMissingTableAreSaid() {
        Store store = new Store(server, "shared", Shape.WITH_TXID);
        NewEvent event = event();
        assertThatThrownBy(() -> store.events().append(stream(), List.of(), ExpectedVersion.any()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                store.events()
                                        .append(
                                                stream(),
                                                Collections.nCopies(2, event),
                                                ExpectedVersion.any()))
                .hasMessageContaining(event.eventId().toString());
        store.execute("ALTER TABLE events RENAME TO other");
        assertThatThrownBy(
                        () ->
                                store.events()
                                        .append(stream(), List.of(event), ExpectedVersion.any()))
                .hasMessageContaining("Store shared has no table events");
    }
}
