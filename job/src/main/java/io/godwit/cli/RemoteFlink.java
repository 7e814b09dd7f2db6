package io.godwit.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A Flink cluster that is there already, by its REST address. */
final class RemoteFlink {

    private RemoteFlink() {}

    /**
     * An environment that submits to the cluster. Its configuration is empty but for the address:
     * what a client sets would travel with the job and beat the cluster's own settings.
     *
     * @param jar the job's code; null when the cluster has it already
     */
    static StreamExecutionEnvironment environment(String url, Path jar) {
        URI address = parse(url);
        int port = address.getPort() < 0 ? 8081 : address.getPort();
        return StreamExecutionEnvironment.createRemoteEnvironment(
                address.getHost(),
                port,
                new Configuration(),
                jar == null ? new String[0] : new String[] {jar.toString()});
    }

    private static URI parse(String url) {
        try {
            URI address = new URI(url);
            if (!"http".equals(address.getScheme()) || address.getHost() == null) {
                throw CommandException.usage(
                        "--flink is '" + url + "'; it is the REST address, like http://host:8081");
            }
            return address;
        } catch (URISyntaxException e) {
            throw CommandException.usage("--flink is '" + url + "': " + e.getMessage());
        }
    }

    /** godwit-job.jar, which lies beside godwit.jar unless it was named. */
    static Path jobJar(Path named) {
        if (named != null) {
            if (!Files.isRegularFile(named)) {
                throw CommandException.usage("--job-jar " + named + " is not there");
            }
            return named.toAbsolutePath();
        }
        try {
            Path self =
                    Path.of(
                            RemoteFlink.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Path beside = self.resolveSibling("godwit-job.jar");
            if (Files.isRegularFile(beside)) {
                return beside;
            }
            throw CommandException.usage(
                    "godwit-job.jar is not beside " + self + "; give --job-jar PATH");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Where this program runs from is no path", e);
        }
    }
}
