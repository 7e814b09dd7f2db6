package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RouteCacheTest {

    private static final Route DEDICATED = new Route("dedicated", 2);

    private final AtomicLong nanos = new AtomicLong();
    private final RouteCache cache = new RouteCache("shared", 100, nanos::get);

    @Test
    void anUnknownTenantIsInTheDefaultStoreAndHasToBeConfirmed() {
        RouteCache.Belief belief = cache.of("t");

        assertThat(belief.route()).isEqualTo(new Route("shared", 0));
        assertThat(cache.isCurrent(belief)).isFalse();
    }

    @Test
    void anOlderDecisionIsNotLearned() {
        cache.learn("t", DEDICATED);
        cache.learn("t", new Route("shared", 1));

        assertThat(cache.of("t").route()).isEqualTo(DEDICATED);
    }

    @Test
    void aConfirmedRouteIsCurrentUntilItsAgeFromTheTimeOfAsking() {
        RouteCache.Belief asked = cache.of("t");
        nanos.set(50);
        cache.confirm("t", asked, new Route("shared", 0), 0);

        assertThat(cache.isCurrent(cache.of("t"))).isTrue();
        nanos.set(100);
        assertThat(cache.isCurrent(cache.of("t"))).isFalse();
    }

    @Test
    void aLateConfirmationDoesNotUndoWhatWasLearnedMeanwhile() {
        RouteCache.Belief asked = cache.of("t");
        cache.learn("t", DEDICATED);
        cache.confirm("t", asked, asked.route(), 0);

        assertThat(cache.of("t").route()).isEqualTo(DEDICATED);
    }

    @Test
    void anAppendInAnotherStoreThanBelievedPutsTheBeliefInDoubt() {
        RouteCache.Belief began = cache.of("t");
        cache.learn("t", DEDICATED);
        assertThat(cache.isCurrent(cache.of("t"))).isTrue();

        cache.appended("t", began, "shared", 0);

        assertThat(cache.of("t").route()).isEqualTo(DEDICATED);
        assertThat(cache.isCurrent(cache.of("t"))).isFalse();
    }

    @Test
    void anAppendInTheStoreBelievedConfirmsIt() {
        RouteCache.Belief began = cache.of("t");
        cache.appended("t", began, "shared", 0);

        assertThat(cache.isCurrent(cache.of("t"))).isTrue();
    }

    @Test
    void aMissedAnnouncementPutsTheTenantsOfThatStoreInDoubt() {
        cache.learn("moved", DEDICATED);
        cache.learn("elsewhere", new Route("other", 1));
        cache.doubtStore("dedicated");

        assertThat(cache.isCurrent(cache.of("moved"))).isFalse();
        assertThat(cache.isCurrent(cache.of("elsewhere"))).isTrue();
    }
}
