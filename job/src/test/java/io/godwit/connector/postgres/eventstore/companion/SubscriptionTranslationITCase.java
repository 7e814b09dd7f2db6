package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.ACME;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.OTHER;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.companion.Checkpoint.Outcome;
import io.godwit.connector.postgres.eventstore.companion.CompanionStore.Placed;
import io.godwit.model.MigrationException;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that go along with a tenant, and those that do not. */
final class SubscriptionTranslationITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final OptionalLong OFFSET = OptionalLong.of(1000);
    private static final OptionalLong APPENDED = OptionalLong.empty();
    private static final long SWITCH = 40;

    private CompanionStore source;
    private CompanionStore target;

    /** In the source 10 and 30 are ACME's, 20 is another tenant's, 40 is ACME's last. */
    @BeforeEach
    void stores() throws SQLException {
        source = CompanionStore.create(STORES, "shared", StoreVariant.CURRENT);
        source.put(ACME, 10, 30, 40).put(OTHER, 20);
        target = CompanionStore.create(STORES, "dedicated", StoreVariant.CURRENT);
    }

    private void copied() throws SQLException {
        target.put(
                List.of(
                        new Placed(1010, event(10L), ACME),
                        new Placed(1030, event(30L), ACME),
                        new Placed(1040, event(40L), ACME)));
    }

    private SubscriptionTranslation translation(OptionalLong offset, String... names) {
        return new SubscriptionTranslation(
                source.spec(), target.spec(), List.of(names), List.of(ACME), offset, "translate");
    }

    @Test
    void keptPositionIsMovedByTheOffsetAndTheRestStays() throws SQLException {
        copied();
        source.consumed("orders", event(30L), 30);
        String before = source.checkpoints();
        assertThat(translation(OFFSET, "orders").apply(SWITCH))
                .singleElement()
                .satisfies(
                        c -> {
                            assertThat(c.outcome()).isEqualTo(Outcome.TRANSLATED);
                            assertThat(c.from()).hasValue(30);
                            assertThat(c.to()).hasValue(1030);
                            assertThat(c.why()).contains("dedicated").contains("stays as it is");
                        });
        assertThat(target.stored("orders")).isEqualTo("{\"s\":\"dedicated\",\"k\":[1030]}");
        String kept =
                "SELECT concat_ws('|', last_event_id, last_event_type, last_processed_at,"
                        + " events_processed) FROM projection_checkpoints";
        assertThat(target.query(kept)).isEqualTo(source.query(kept)).contains("|17");
        assertThat(source.checkpoints()).isEqualTo(before);
    }

    @Test
    void dryRunDecidesTheSameAndWritesNothing() throws SQLException {
        copied();
        source.consumed("orders", event(10L), 10)
                .consumed("shared", event(20L), 20)
                .consumed("invoices", event(40L), 40);
        for (OptionalLong how : List.of(OFFSET, APPENDED)) {
            String before = target.checkpoints();
            SubscriptionTranslation translation =
                    translation(how, "orders", "shared", "none", "invoices");
            List<Checkpoint> planned = translation.plan(SWITCH);
            assertThat(target.checkpoints()).isEqualTo(before);
            assertThat(translation.apply(SWITCH)).isEqualTo(planned);
            target.run("DELETE FROM projection_checkpoints");
        }
    }

    @Test
    void repetitionChangesNothingAndPutsNoConsumerBack() throws SQLException {
        copied();
        source.consumed("orders", event(10L), 10).consumed("invoices", event(10L), 10);
        SubscriptionTranslation translation = translation(OFFSET, "orders", "invoices");
        translation.apply(SWITCH);
        target.consumed("invoices", event(40L), 1040);
        String before = target.checkpoints();
        assertThat(translation.apply(SWITCH))
                .extracting(Checkpoint::outcome)
                .containsExactly(Outcome.ALREADY, Outcome.ALREADY);
        assertThat(translation.plan(SWITCH).get(1).to()).hasValue(1040);
        assertThat(target.checkpoints()).isEqualTo(before);
    }

    /** As after an attempt that was rolled back: the consumer has gone on in the source. */
    @Test
    void laterTranslationCarriesTheConsumerOn() throws SQLException {
        copied();
        source.consumed("orders", event(10L), 10);
        translation(OFFSET, "orders").apply(SWITCH);
        source.consumed("orders", event(40L), 40);
        assertThat(translation(OFFSET, "orders").apply(SWITCH).get(0).outcome())
                .isEqualTo(Outcome.TRANSLATED);
        assertThat(target.stored("orders")).isEqualTo("{\"s\":\"dedicated\",\"k\":[1040]}");
    }

    @Test
    void consumerAheadOfTheSwitchStopsAll() throws SQLException {
        copied();
        source.consumed("orders", event(10L), 10).consumed("fast", event(40L), 40);
        SubscriptionTranslation translation = translation(OFFSET, "orders", "fast");
        assertThat(translation.plan(30))
                .extracting(Checkpoint::outcome)
                .containsExactly(Outcome.TRANSLATED, Outcome.AHEAD);
        assertThatThrownBy(() -> translation.apply(30))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("fast")
                .hasMessageContaining("beyond the switch at 30")
                .hasMessageContaining("Nothing was translated");
        assertThat(target.checkpoints()).isEmpty();
    }

    @Test
    void foreignAndSharedCheckpointsAreLeftAlone() throws SQLException {
        copied();
        source.checkpoint("foreign", event(10L), "{\"s\":\"elsewhere\",\"k\":[10]}")
                .checkpoint("odd", event(10L), "{\"s\":\"shared\"}")
                .consumed("shared", event(20L), 20)
                .consumed("deleted", event("gone"), 25)
                .consumed("own", event(30L), 30);
        assertThat(translation(OFFSET, "foreign", "odd", "shared", "deleted", "own").apply(SWITCH))
                .extracting(Checkpoint::outcome)
                .containsExactly(
                        Outcome.FOREIGN,
                        Outcome.FOREIGN,
                        Outcome.SHARED,
                        Outcome.SHARED,
                        Outcome.TRANSLATED);
        assertThat(
                        target.query(
                                "SELECT string_agg(projection_name, ',') FROM projection_checkpoints"))
                .isEqualTo("own");
    }

    @Test
    void checkpointsThatAreNotNamedAreNotTouched() throws SQLException {
        copied();
        target.put(OTHER, 2000);
        source.consumed("own", event(30L), 30)
                .consumed("everybody's", event(40L), 40)
                .consumed("other tenant's", event(20L), 20);
        target.consumed("everybody's", event(2000L), 2000);
        String others =
                "SELECT string_agg(CAST(c AS text), ' ' ORDER BY 1) FROM projection_checkpoints c"
                        + " WHERE projection_name <> 'own'";
        String inSource = source.checkpoints();
        String inTarget = target.query(others);
        translation(APPENDED, "own").apply(SWITCH);
        assertThat(source.checkpoints()).isEqualTo(inSource);
        assertThat(target.query(others)).isEqualTo(inTarget);
        assertThat(target.stored("own")).isNotNull();
    }

    @Test
    void checkpointOfTheTargetsOwnIsLeftAlone() throws SQLException {
        copied();
        target.put(OTHER, 2000);
        source.consumed("orders", event(30L), 30).consumed("invoices", event(30L), 30);
        target.consumed("orders", event(2000L), 2000)
                .checkpoint("invoices", event(10L), "{\"s\":\"elsewhere\",\"k\":[1]}");
        String before = target.checkpoints();
        assertThat(translation(OFFSET, "orders", "invoices").apply(SWITCH))
                .extracting(Checkpoint::outcome)
                .containsExactly(Outcome.SHARED, Outcome.FOREIGN);
        assertThat(target.checkpoints()).isEqualTo(before);
    }

    @Test
    void withoutAPositionThereIsNothingToTranslate() throws SQLException {
        source.checkpoint("unread", event(30L), null).checkpoint("new", null, null);
        source.run(
                "UPDATE projection_checkpoints SET global_position = 30"
                        + " WHERE projection_name = 'unread'");
        List<Checkpoint> all = translation(OFFSET, "unread", "new", "none").apply(SWITCH);
        assertThat(all).extracting(Checkpoint::outcome).containsOnly(Outcome.SKIPPED);
        assertThat(all.get(0).why()).contains("integer position 30 of before 0.8");
        assertThat(target.checkpoints()).isEmpty();
    }

    @Test
    void bareNumberInATokenIsAPositionOfThisStore() throws SQLException {
        copied();
        source.checkpoint("orders", event(30L), "30");
        assertThat(translation(OFFSET, "orders").apply(SWITCH).get(0).to()).hasValue(1030);
    }

    @ParameterizedTest
    @CsvSource({
        "BEFORE_0_8, BEFORE_0_8, 1030",
        "BEFORE_0_8, CURRENT, '{\"s\":\"dedicated\",\"k\":[1030]}'",
        "CURRENT, BEFORE_0_8, 1030",
        "PARTITIONED, PARTITIONED, '{\"s\":\"dedicated\",\"k\":[1030]}'"
    })
    void everyVersionGetsThePositionThatItReads(StoreVariant from, StoreVariant to, String stored)
            throws SQLException {
        source = CompanionStore.create(STORES, "shared", from).put(ACME, 10, 30, 40);
        target = CompanionStore.create(STORES, "dedicated", to);
        copied();
        source.consumed("orders", event(30L), 30);
        assertThat(translation(OFFSET, "orders").apply(SWITCH).get(0).outcome())
                .isEqualTo(Outcome.TRANSLATED);
        assertThat(target.stored("orders")).isEqualTo(stored);
    }

    @Test
    void eventsThatAreNotThereYetAreWaitedFor() throws SQLException {
        source.consumed("orders", event(10L), 10);
        SubscriptionTranslation translation = translation(APPENDED, "orders");
        assertThat(translation.plan(SWITCH))
                .singleElement()
                .satisfies(
                        c -> {
                            assertThat(c.outcome()).isEqualTo(Outcome.TRANSLATED);
                            assertThat(c.to()).isEmpty();
                            assertThat(c.why()).contains("2 events after its position 10");
                        });
        assertThatThrownBy(() -> translation.apply(SWITCH))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("2 events after its position 10 are not yet in store");
        // What comes after the switch is not waited for.
        target.put(List.of(new Placed(7, event(30L), ACME)));
        assertThat(translation.plan(30).get(0).to()).hasValue(6);
        // Where positions are kept, the copy decides nothing.
        assertThat(translation(OFFSET, "orders").plan(SWITCH).get(0).to()).hasValue(1010);
    }

    @Test
    void offsetThatTheLastEventBeliesIsRefused() throws SQLException {
        copied();
        source.consumed("orders", event(30L), 30);
        assertThatThrownBy(() -> translation(OptionalLong.of(0), "orders").apply(SWITCH))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(
                        "at position 30 of store shared and at 1030 of store dedicated");
        assertThat(target.checkpoints()).isEmpty();
    }

    @Test
    void storeWithoutCheckpointsIsRefused() throws SQLException {
        target.run("DROP TABLE projection_checkpoints");
        assertThatThrownBy(() -> translation(OFFSET, "orders").plan(SWITCH))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("dedicated has no table \"projection_checkpoints\"");
    }
}
