package io.godwit.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * What the commands send to the embedded Flink in the place of godwit-job.jar: it has Godwit's
 * classes, as they were just compiled, on its own class path. So the demo needs no packaging, and
 * cannot run an older package by mistake.
 */
final class EmptyJar {

    private EmptyJar() {}

    static Path create(Path file) throws IOException {
        try (JarOutputStream jar =
                new JarOutputStream(Files.newOutputStream(file), new Manifest())) {
            jar.finish();
        }
        return file;
    }
}
