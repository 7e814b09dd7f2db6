package io.godwit.cli;

import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs a whole migration on this machine, with servers of its own. */
@Command(
        name = "demo",
        description = "Run a whole migration on this machine, with servers of its own.")
final class DemoCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(arity = "0..*", description = "Which demo. Default: chain.")
    private List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
        String name = names.isEmpty() ? "chain" : names.get(0);
        for (Demo demo : ServiceLoader.load(Demo.class)) {
            if (demo.name().equals(name)) {
                return demo.run(godwit.console()::line);
            }
        }
        throw CommandException.usage(
                "The demo '"
                        + name
                        + "' is not in this jar: it brings a PostgreSQL and a DynamoDB of its own."
                        + " Run it from the source with 'mvn -Pdemo'");
    }
}
