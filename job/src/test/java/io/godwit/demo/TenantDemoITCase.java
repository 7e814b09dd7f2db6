package io.godwit.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.PostgresServer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The demo itself, with a smaller store. */
final class TenantDemoITCase {

    @Test
    void acknowledgedIsStoredAfterEveryMoveAndNoSecretIsShown() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();

        int exitCode = new TenantDemo(3_000).run(lines::add);

        String output = String.join("\n", lines);
        assertThat(exitCode).as(output).isZero();
        assertThat(lines).filteredOn(line -> line.contains(": pause ")).hasSize(3);
        assertThat(output)
                .contains("3 inserts of the plain client refused", "acknowledged = stored")
                .doesNotContain("password", "secret");
        assertThat(lines).as(output).hasSizeLessThanOrEqualTo(50);
    }

    @Test
    void anAcknowledgedEventThatIsNotStoredIsFound() throws Exception {
        UUID lost = UUID.randomUUID();
        try (PostgresServer postgres = PostgresServer.start()) {
            TenantProof proof = new TenantProof(SharedStore.create(postgres, 7, 300));

            assertThatThrownBy(() -> proof.ofOthers(List.of(lost)))
                    .isInstanceOf(DemoFailure.class)
                    .hasMessageContaining("1 events are missing")
                    .hasMessageContaining(lost.toString());
        }
    }
}
