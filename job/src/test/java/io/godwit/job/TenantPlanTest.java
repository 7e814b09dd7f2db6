package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TenantPlanTest {

    private static TenantPlan plan(Positions positions, long offset, long span, long events) {
        return new TenantPlan(
                "godwit: a",
                store("shared"),
                store("own"),
                positions,
                Tail.POLL,
                List.of("global_position", "event_id"),
                1,
                offset,
                span,
                events);
    }

    private static PostgresEventStoreSpec store(String id) {
        return new PostgresEventStoreSpec(
                id,
                "jdbc:postgresql://localhost/" + id,
                null,
                null,
                EventStoreMapping.eventsourcePy(),
                false);
    }

    @Test
    void aRangeHasAboutABatchOfTheTenantsEvents() {
        assertThat(plan(Positions.KEEP, 0, 1000, 100).rangeWidth(500)).isEqualTo(5000);
        assertThat(plan(Positions.KEEP, 0, 0, 0).rangeWidth(500)).isEqualTo(500);
        assertThat(plan(Positions.KEEP, 0, 90, 100).rangeWidth(500)).isEqualTo(500);
    }

    @Test
    void whoeverAppendsDoesItInOneLaneAndOneRange() {
        TenantPlan plan = plan(Positions.APPEND, 0, 1000, 100);
        assertThat(plan.lanes(8)).isEqualTo(1);
        assertThat(plan.rangeWidth(500)).isEqualTo(Integer.MAX_VALUE);
        assertThat(plan(Positions.KEEP, 0, 1000, 100).lanes(8)).isEqualTo(8);
    }

    @Test
    void positionsThatAreDrawnHaveNoOffset() {
        assertThatThrownBy(() -> plan(Positions.APPEND, 7, 1000, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Offset 7");
    }

    @Test
    void aReadIsHalfASecondsWorthOfTheAllowedRate() {
        assertThat(BulkPage.size(2000, 0, 4)).isEqualTo(2000);
        assertThat(BulkPage.size(2000, 1000, 4)).isEqualTo(125);
        assertThat(BulkPage.size(2000, 1_000_000, 4)).isEqualTo(2000);
        assertThat(BulkPage.size(2000, 1, 4)).isEqualTo(1);
    }
}
