package io.godwit.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.testkit.FlinkProcessCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The web UI's Submit page: a jar is uploaded, and its main method runs in the JobManager. */
record SubmitPage(FlinkProcessCluster cluster) {

    private static final String BOUNDARY = "godwit-jar";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @return the job's id
     */
    String submit(Path jar, String programArguments) {
        String body = JSON.createObjectNode().put("programArgs", programArguments).toString();
        return cluster.rest("POST", "/jars/" + upload(jar) + "/run", body).path("jobid").asText();
    }

    private String upload(Path jar) {
        String head =
                "--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\n"
                        .formatted(BOUNDARY, jar.getFileName());
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(cluster.restUrl() + "/jars/upload"))
                            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                            .POST(
                                    HttpRequest.BodyPublishers.ofByteArrays(
                                            List.of(
                                                    bytes(head),
                                                    bytes("Content-Type: application/java-archive"),
                                                    bytes("\r\n\r\n"),
                                                    Files.readAllBytes(jar),
                                                    bytes("\r\n--" + BOUNDARY + "--\r\n"))))
                            .build();
            HttpResponse<String> response =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build()
                            .send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("The upload was refused: " + response.body());
            }
            String stored = JSON.readTree(response.body()).path("filename").asText();
            return Path.of(stored).getFileName().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at the upload of " + jar, e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
