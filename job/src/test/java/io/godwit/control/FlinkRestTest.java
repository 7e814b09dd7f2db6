package io.godwit.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.godwit.model.MigrationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers of Flink's REST API that a running cluster gives in rare moments only. */
final class FlinkRestTest {

    private HttpServer server;

    private FlinkRest answering(int status, String body) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        return new FlinkRest("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void jobThatHasEndedMeanwhileIsCancelled() throws IOException {
        FlinkRest flink = answering(409, "{\"errors\": [\"the job has already finished\"]}");
        assertThatCode(() -> flink.cancel("job")).doesNotThrowAnyException();
    }

    @Test
    void jobThatTheClusterDoesNotKnowIsCancelled() throws IOException {
        FlinkRest flink = answering(404, "{\"errors\": [\"unknown\"]}");
        assertThatCode(() -> flink.cancel("job")).doesNotThrowAnyException();
        assertThat(flink.jobState("job")).isEmpty();
    }

    @Test
    void anyOtherRefusalIsNamed() throws IOException {
        FlinkRest flink = answering(500, "{\"errors\": [\"out of order\"]}");
        assertThatThrownBy(() -> flink.cancel("job"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("500")
                .hasMessageContaining("out of order");
    }
}
