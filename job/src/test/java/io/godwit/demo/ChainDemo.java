package io.godwit.demo;

import io.godwit.cli.Demo;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Three chains move from DynamoDB to PostgreSQL: the first 256 blocks of Bitcoin, a recorded reorg
 * of real blocks, and a generated chain that is written to while it moves. All servers run in this
 * process; nothing is left of them at the end.
 */
public final class ChainDemo implements Demo {

    private static final int EVENTS = 100_000;

    /** The same chain on every machine; what is added while it moves depends on the machine. */
    private static final long SEED = 20090103;

    private final int events;

    public ChainDemo() {
        this(EVENTS);
    }

    /**
     * @param events of the generated chain, at least
     */
    ChainDemo(int events) {
        this.events = events;
    }

    @Override
    public String name() {
        return "chain";
    }

    @Override
    public int run(Consumer<String> out) throws Exception {
        Screen screen = new Screen(out);
        screen.line("Godwit's demo: three chains move from DynamoDB to PostgreSQL");
        screen.title("Servers, all in this process and on loopback");
        int exitCode;
        try (DemoFolder folder = DemoFolder.create();
                DemoServers servers = DemoServers.start()) {
            exitCode = 0;
            new Summary(screen, story(screen, folder, servers)).print();
        } catch (DemoFailure e) {
            screen.line("FAILED: " + e.getMessage());
            exitCode = e.exitCode();
        }
        screen.line(
                exitCode == 0
                        ? "Everything matched. All servers are stopped. Exit code 0"
                        : "All servers are stopped. Exit code " + exitCode);
        return exitCode;
    }

    private List<Outcome> story(Screen screen, DemoFolder folder, DemoServers servers)
            throws Exception {
        screen.line("DynamoDB Local, the source:              " + servers.endpoint());
        GeneratedChain generated = new GeneratedChain(servers.newWriter(), "demo_generated", SEED);
        CompletableFuture<Void> filling =
                CompletableFuture.runAsync(() -> generated.fillTo(events));
        screen.line(
                "PostgreSQL, the targets and the ledgers: 127.0.0.1:" + servers.postgres().port());
        screen.line("Flink and its web UI start with each job; the URL is printed there");
        screen.line("Specs and savepoints, until the end: " + folder.path());

        // Before Godwit does anything: it takes the driver, which this needs, out of DriverManager.
        List<PostgresDatabase> targets =
                Stream.generate(servers.postgres()::newDatabase).limit(3).toList();
        Stage stage = new Stage(screen, folder, servers);
        List<Outcome> outcomes = new ArrayList<>();
        screen.title("The first 256 blocks of Bitcoin, as one deployment");
        outcomes.add(
                stage.standing("bitcoin-mainnet", "bitcoin-mainnet-0-255.jsonl", targets.get(0)));
        screen.title("A recorded reorg: +0 +1 +2 +3 +4 -4 -3 +3' +4' +5', real blocks");
        outcomes.add(stage.standing("bitcoin-reorg", "bitcoin-reorg-0-5.jsonl", targets.get(1)));

        screen.title("A generated chain that is written to while it moves");
        awaitFilled(screen, filling, generated);
        outcomes.add(stage.living("generated", generated, targets.get(2)));

        screen.title("What was proved");
        return outcomes;
    }

    private void awaitFilled(Screen screen, CompletableFuture<Void> filling, GeneratedChain chain)
            throws Exception {
        while (!filling.isDone()) {
            screen.progress("filled in the background", chain.lastSequence(), events);
            try {
                filling.get(2, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                // Not yet: show how far it is.
            }
        }
        filling.get();
        screen.line(
                String.format(
                        "The source is filled, seed %d: %,d events, %,d reorgs of up to %d blocks",
                        SEED, chain.lastSequence(), chain.reorgs(), chain.deepest()));
        screen.line(
                "Left out: second copies of blocks as \"canonical\"; a migration never reads them");
    }

    /** Where the chains move: every one has tables and a database of its own. */
    private record Stage(Screen screen, DemoFolder folder, DemoServers servers) {

        Outcome standing(String name, String file, PostgresDatabase target) throws Exception {
            ChainHistory history = RecordedChain.read(file);
            ChainTables tables = ChainTables.create(servers.newWriter(), "demo_" + name);
            tables.putAll(history);
            screen.line("Filled from " + file + ": " + history.lastSequence() + " events");
            Migration migration =
                    migration(
                            name,
                            tables,
                            target,
                            List.of("continuous: false", "checkpoint_interval: 500ms"));
            return StandingChain.move(migration, history);
        }

        Outcome living(String name, GeneratedChain chain, PostgresDatabase target)
                throws Exception {
            Migration migration =
                    migration(
                            name,
                            chain.tables(),
                            target,
                            List.of(
                                    "continuous: true",
                                    "batch_size: 5000",
                                    "checkpoint_interval: 1s",
                                    "poll_interval: 200ms"));
            return new LivingChain(screen, migration, chain).move();
        }

        private Migration migration(
                String name, ChainTables tables, PostgresDatabase target, List<String> settings)
                throws IOException {
            return new Migration(
                    screen,
                    name,
                    folder.spec(name, servers.endpoint(), tables, target, settings),
                    folder.state(),
                    target);
        }
    }
}
