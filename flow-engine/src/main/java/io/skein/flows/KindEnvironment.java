package io.skein.flows;

import io.skein.postgres.Database;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the handlers of a kind may use.
 *
 * @param database for reads outside a step; whatever a handler writes goes through its effects
 * @param uploads the files of its flows
 * @param json the mapper of all stored documents
 */
public record KindEnvironment(Database database, UploadStore uploads, JsonMapper json) {}
