package io.godwit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.godwit.model.ChainEvent;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Dependencies point one way: {@code model <- port <- {spec, source, sink, verify, router}}, {@code
 * model <- {reorg, ledger}}, {@code {port, spec} <- connector}, then job, then control, then cli.
 */
final class ArchitectureTest {

    private static final String BELOW_JOB =
            "model port spec source sink verify router reorg ledger connector";

    /** Each package with those of ours that it may import. */
    private static final Map<String, String> MAY_IMPORT =
            Map.ofEntries(
                    entry("model", ""),
                    entry("port", "model"),
                    entry("spec", "model port"),
                    entry("source", "model port"),
                    entry("sink", "model port"),
                    entry("verify", "model port"),
                    entry("router", "model port"),
                    entry("reorg", "model"),
                    entry("ledger", "model"),
                    entry("connector", "model port spec"),
                    entry("job", BELOW_JOB),
                    entry("control", BELOW_JOB + " job"),
                    entry("cli", BELOW_JOB + " job control"));

    /** What lies where the main classes lie, so without the tests. */
    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .importUrl(
                            ChainEvent.class.getProtectionDomain().getCodeSource().getLocation());

    static Stream<String> packages() {
        return MAY_IMPORT.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void packageImportsOnlyWhatItsRowAllows(String name) {
        String[] allowed =
                Stream.concat(Stream.of(name), Arrays.stream(MAY_IMPORT.get(name).split(" ")))
                        .filter(p -> !p.isEmpty())
                        .map(ArchitectureTest::in)
                        .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(in(name))
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("io.godwit..").or(resideInAnyPackage(allowed)))
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void everyPackageHasARow() {
        Set<String> found =
                OURS.stream()
                        .map(c -> c.getPackageName().split("\\.")[2])
                        .collect(Collectors.toSet());
        assertThat(MAY_IMPORT.keySet()).containsAll(found);
        assertThat(found).contains("model", "port", "spec", "source", "sink", "connector", "cli");
    }

    @Test
    void modelNeedsOnlyTheJdk() {
        classes()
                .that()
                .resideInAPackage(in("model"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", in("model"))
                .check(OURS);
    }

    @Test
    void routerNeedsNeitherFlinkNorTheLedger() {
        noClasses()
                .that()
                .resideInAPackage(in("router"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.flink..", in("ledger"))
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.godwit.(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void connectorsDoNotKnowEachOther() {
        slices().matching("io.godwit.connector.(*)..").should().notDependOnEachOther().check(OURS);
    }

    private static String in(String name) {
        return "io.godwit." + name + "..";
    }
}
