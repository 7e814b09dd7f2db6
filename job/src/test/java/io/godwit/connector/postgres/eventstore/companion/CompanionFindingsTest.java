package io.godwit.connector.postgres.eventstore.companion;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.StoreSchema.Companions;
import io.godwit.model.Finding;
import io.godwit.model.Finding.Weight;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A plan says what moves with a tenant and what stays. */
final class CompanionFindingsTest {

    private static final Companions ALL = new Companions(true, true, true, true, true, true);
    private static final Companions NONE = new Companions(false, false, false, false, false, false);

    @Test
    void whatMovesAndWhatStaysIsSaid() {
        List<Finding> findings =
                CompanionFindings.of(store(ALL), store(ALL), List.of("orders"), true);
        assertThat(findings).noneMatch(Finding::stops);
        assertThat(findings.stream().filter(f -> f.weight() == Weight.GOOD).map(Finding::what))
                .anyMatch(what -> what.startsWith("snapshots"))
                .anyMatch(what -> what.contains("[orders]"));
        assertThat(findings.stream().filter(f -> f.weight() == Weight.NOTE).map(Finding::what))
                .anyMatch(what -> what.contains("event_outbox stay"))
                .anyMatch(what -> what.contains("dead_letter_queue stay"))
                .anyMatch(what -> what.contains("other tenants'"));
    }

    @Test
    void subscriptionsNeedCheckpointsOnBothSides() {
        assertThat(CompanionFindings.of(store(ALL), store(NONE), List.of("orders"), true))
                .filteredOn(Finding::stops)
                .singleElement()
                .satisfies(f -> assertThat(f.what()).contains("target has no table"));
        assertThat(CompanionFindings.of(store(ALL), store(NONE), List.of(), true))
                .noneMatch(Finding::stops);
    }

    @Test
    void targetThatIsYetToBeCreatedHasThemAll() {
        StoreSchema absent =
                new StoreSchema(
                        EventStoreMapping.eventsourcePy(), List.of(), false, null, List.of(), NONE);
        assertThat(CompanionFindings.of(store(ALL), absent, List.of("orders"), true))
                .isEqualTo(CompanionFindings.of(store(ALL), store(ALL), List.of("orders"), true));
    }

    private static StoreSchema store(Companions companions) {
        return new StoreSchema(
                EventStoreMapping.eventsourcePy(),
                List.of(new StoreSchema.Column("event_id", "uuid", false, false, "", null)),
                false,
                null,
                List.of(),
                companions);
    }
}
