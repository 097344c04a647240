// The verbs for what is shown, and for what is known of the file.

extension Verb {
  static let screen = [
    Verb("goto", .page, help: "move the cursor to a page", example: "goto 17") { .goto(page: $0) },
    Verb(
      "layer", .choice("layer", Layer.allCases), help: "whose view of the pages the screen shows",
      example: "layer both"
    ) { .layer($0) },
    Verb(
      "status", .flag("json"), help: "how many pages are in each state", example: "status json"
    ) { .status(asJSON: $0) },
    Verb(
      "kernel", .pages, help: "what the kernel knows of pages: cached, dirty, writeback", example: "kernel 0-15"
    ) { .kernel($0) },
    Verb("extents", help: "where the file's bytes are on the disk", example: "extents") { .extents },
    Verb("users", help: "which other programs have the file open or mapped", example: "users") { .users },
    Verb(
      "screen", .optional(.path), .flag("force"),
      help: "print the frame as text, or save it as .txt, .ansi or .svg", example: "screen frame.svg"
    ) { .screen(path: $0, isForced: $1) },
  ]
}
