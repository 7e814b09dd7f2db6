package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.TargetOccupancy;
import io.godwit.model.Finding;
import io.godwit.spec.Positions;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TenantPlacingTest {

    private static final TargetOccupancy EMPTY = TargetOccupancy.NONE;
    private static final TargetOccupancy OTHERS = new TargetOccupancy(false, true, false);
    private static final TargetOccupancy READERS = new TargetOccupancy(false, true, true);

    private static TenantPlacing decide(Positions asked, Placement holds, TargetOccupancy target) {
        return decide(asked, holds, target, Long.MAX_VALUE);
    }

    private static TenantPlacing decide(
            Positions asked, Placement holds, TargetOccupancy target, long most) {
        return TenantPlacing.decide(
                new TenantPlacing.Facts(
                        asked, Optional.ofNullable(holds), target, 5_000, 700, most));
    }

    @Test
    void anEmptyTargetKeepsThePositions() {
        TenantPlacing placing = decide(null, null, EMPTY);
        assertThat(placing.mode()).isEqualTo(Positions.KEEP);
        assertThat(placing.block()).isZero();
        assertThat(placing.words()).startsWith("positions: keep, offset 0;");
    }

    @Test
    void aTargetWithEventsOfOthersReservesABlockWithRoomForWhatIsStillWritten() {
        TenantPlacing placing = decide(null, null, OTHERS);
        assertThat(placing.mode()).isEqualTo(Positions.KEEP);
        assertThat(placing.block()).isGreaterThan(5_000);
        assertThat(placing.findings()).isEmpty();
    }

    @Test
    void aTargetWithReadersIsAppendedTo() {
        assertThat(decide(null, null, READERS).mode()).isEqualTo(Positions.APPEND);
        assertThat(decide(Positions.APPEND, null, EMPTY).mode()).isEqualTo(Positions.APPEND);
    }

    @Test
    void aBlockInFrontOfReadersIsGivenOnlyToWhoeverAsksForItAndWithAWarning() {
        TenantPlacing placing = decide(Positions.KEEP, null, READERS);
        assertThat(placing.mode()).isEqualTo(Positions.KEEP);
        assertThat(placing.findings())
                .singleElement()
                .satisfies(f -> assertThat(f.weight()).isEqualTo(Finding.Weight.NOTE))
                .satisfies(f -> assertThat(f.remedy()).contains("positions: append"));
    }

    @Test
    void anEarlierDecisionHoldsWhateverTheTargetLooksLikeNow() {
        Placement kept = new Placement(Positions.KEEP, 900, 100_000L);
        assertThat(decide(null, kept, READERS).kept()).isEqualTo(kept);
        assertThat(decide(Positions.APPEND, kept, EMPTY).mode()).isEqualTo(Positions.KEEP);
        assertThat(decide(Positions.APPEND, kept, EMPTY).findings()).hasSize(1);
        assertThat(decide(null, Placement.APPENDED, EMPTY).mode()).isEqualTo(Positions.APPEND);
    }

    @Test
    void aBlockThatIsFullStopsTheMigration() {
        Placement full = new Placement(Positions.KEEP, 900, 5_899L);
        assertThat(decide(null, full, OTHERS).findings()).anyMatch(Finding::stops);
        Placement justEnough = new Placement(Positions.KEEP, 900, 5_900L);
        assertThat(decide(null, justEnough, OTHERS).findings()).noneMatch(Finding::stops);
    }

    @Test
    void aColumnThatIsTooNarrowForABlockStopsTheMigration() {
        assertThat(decide(null, null, OTHERS, 5_700).findings()).anyMatch(Finding::stops);
        TenantPlacing narrow = decide(null, null, OTHERS, Integer.MAX_VALUE);
        assertThat(narrow.findings()).noneMatch(Finding::stops);
        assertThat(700 + narrow.block()).isLessThan(Integer.MAX_VALUE);
    }
}
