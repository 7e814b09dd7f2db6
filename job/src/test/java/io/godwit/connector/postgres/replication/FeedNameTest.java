package io.godwit.connector.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FeedNameTest {

    @Test
    void theMigrationCanBeReadFromIt() {
        assertThat(FeedName.of("acme-To.Own", "shop").value())
                .matches("godwit_acme_to_own_[0-9a-f]{10}");
    }

    @Test
    void isANameThatASlotCanHaveWhateverTheMigrationIsCalled() {
        for (String name : new String[] {"a", "Größe 9", "x".repeat(500), "数", "__"}) {
            assertThat(FeedName.of(name, "shop").value()).matches("[a-z0-9_]{1,63}");
        }
    }

    @Test
    void isAnotherOneInAnotherDatabaseAndForAnotherMigrationOfTheSameLetters() {
        assertThat(FeedName.of("a-b", "shop")).isEqualTo(FeedName.of("a-b", "shop"));
        assertThat(FeedName.of("a-b", "shop")).isNotEqualTo(FeedName.of("a-b", "shop2"));
        assertThat(FeedName.of("a-b", "shop")).isNotEqualTo(FeedName.of("a_b", "shop"));
    }
}
