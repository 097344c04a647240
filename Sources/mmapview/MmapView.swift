import ArgumentParser
import CLinux
import Glibc
import Inspector
import SystemPackage
import TerminalCanvas

extension Layer: ExpressibleByArgument {}
extension Theme: ExpressibleByArgument {}

/// The command line.
@main
struct MmapView: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mmapview",
    abstract: "Shows a file as a grid of 4 KiB pages, and what becomes of each when it is written and flushed.",
    discussion: """
      An existing file is opened for looking only: give --write, or allow it when the program asks. Without \
      --headless or --plain the screen opens; ? shows its keys. Exit status: 0, 1 if something failed, 64 for bad usage.
      """)

  @Argument(help: "The file to look at.", completion: .file())
  var file: String?

  @Option(help: ArgumentHelp("Create the file, with its blocks reserved.", valueName: "SIZE"))
  var create: String?

  @Flag(help: "With --create: reserve no blocks.")
  var sparse = false

  @Flag(help: "Replace files that exist: that of --create, and that of --cast.")
  var force = false

  @Flag(help: "Allow an existing file to be changed.")
  var write = false

  @Option(
    help: ArgumentHelp("Carry out the commands of a script, or of standard input for -.", valueName: "SCRIPT"),
    completion: .file())
  var replay: String?

  @Option(
    name: [.customShort("c"), .customLong("command")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Carry out a command; may be given several times.", valueName: "COMMAND"))
  var commands: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --replay, on the screen: keep the times of a recording, SPEED times as fast. Space pauses, . steps.",
      valueName: "SPEED"))
  var speed: String?

  @Option(
    help: ArgumentHelp("Write all that is done as a script that comes to the same end.", valueName: "SCRIPT"),
    completion: .file())
  var record: String?

  @Flag(help: "Open no screen: print what the commands say, and exit after the last.")
  var headless = false

  @Flag(help: "Open no screen: read commands from standard input, and print every event as a line of text.")
  var plain = false

  @Option(
    help: ArgumentHelp("Record the screen to a file that asciinema plays (asciicast v2).", valueName: "PATH"),
    completion: .file())
  var cast: String?

  @Option(
    defaultAsFlag: "", help: ArgumentHelp("Play a lesson in a folder of its own; without N list them.", valueName: "N"))
  var lesson: String?

  @Option(help: ArgumentHelp("The size of frames with --headless or --plain.", valueName: "COLSxROWS"))
  var size: String?

  @Option(
    help: ArgumentHelp(
      "With --headless: save the frame after each command as DIR/0001.txt, DIR/0002.txt, …, or print it for -.",
      valueName: "DIR"),
    completion: .directory)
  var frames: String?

  @Option(help: ArgumentHelp("Show the pages as the library sees them, or the kernel, or both.", valueName: "LAYER"))
  var layer: Layer?

  @Option(help: ArgumentHelp("Colours for a ground of this kind: dark, light or contrast.", valueName: "THEME"))
  var theme: Theme?

  @Flag(help: "Use no glyphs outside ASCII.")
  var ascii = false

  @Option(help: ArgumentHelp("Colours: auto, always or never.", valueName: "WHEN"))
  var color: ColorOption = .auto

  @Flag(help: "Leave the mouse to the terminal, for its own selection.")
  var noMouse = false

  @Option(
    help: ArgumentHelp("Print a script, or standard input for -, in its canonical form.", valueName: "SCRIPT"),
    completion: .file())
  var format: String?

  @Flag(help: ArgumentHelp("Print the grammar of the commands, in Markdown.", visibility: .hidden))
  var grammar = false

  @Flag(help: ArgumentHelp("Print the manual page: mmapview --manual | man -l -", visibility: .hidden))
  var manual = false

  enum ColorOption: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
  }

  mutating func run() throws {
    do {
      if let page = try page() {
        try LinePrinter.write(page)
        return
      }
      if lesson == "" {
        try LinePrinter.print(Lesson.list(Lesson.all()))
        return
      }
      var plan = try Plan(self)
      let stage = try plan.lesson.map { _ in try Stage() }
      defer { stage?.strike() }
      if let stage {
        // Before there are threads: mounts of its own are for a process with one.
        try plan.stageLesson(on: stage)
        // The screen's loop takes signals itself.
        if headless || plain { stage.strikeOnSignals() }
      }
      if plain {
        let session = try Session(opening: plan)
        try stage?.open(for: session)
        let isDone = try Plain(session, plan, isASCII: ascii).run()
        // What failed was told where it happened.
        if !isDone { throw ExitCode.failure }
      } else if headless {
        let session = try Session(opening: plan)
        let cast = try plan.cast.map { try CastRecorder($0, isTimed: false) }
        try stage?.open(for: session)
        try Headless(session, plan, isASCII: ascii, cast: cast).run()
      } else {
        try runScreen(plan, stage)
      }
    } catch let error as UsageError {
      complain(error.description)
      throw ExitCode(EX_USAGE)
    } catch let error as ExitCode {
      throw error
    } catch let error as ScriptError {
      // Begins with its own place, as editors expect.
      complain(([error.description] + (error.mark.map(Excerpt.lines) ?? [])).joined(separator: "\n"), isPlaced: true)
      throw ExitCode.failure
    } catch {
      complain("\(error)")
      throw ExitCode.failure
    }
  }

  // What is printed by those options that ask for no file.
  private func page() throws(ScriptError) -> String? {
    if manual { return Manual.page }
    if grammar { return Grammar.page }
    return try format.map { path throws(ScriptError) in try Script.format(contentsOf: path) }
  }

  private func runScreen(_ plan: Plan, _ stage: Stage?) throws {
    // Before the first mapping: its guard over faults has to come first in the chain of handlers.
    CrashGuard.arm()
    let signals = clinux_open_signals()
    let session = try Session(opening: plan)
    let choice: NcursesTerminal.ColorChoice =
      switch color {
      case .auto: .auto
      case .always: .always
      case .never: .never
      }
    let cast = try plan.cast.map { try CastRecorder($0, isTimed: true) }
    try stage?.open(for: session)
    let terminal = try NcursesTerminal(session.theme.palette, color: choice, usesMouse: !noMouse)
    let loop = try RunLoop(session, terminal, plan.replay, signals: signals, isASCII: ascii, cast: cast)
    let signal = try loop.run()
    if let farewell = session.farewell { print(farewell) }
    // As a shell reports a process that a signal ended.
    if let signal { throw ExitCode(128 + signal) }
  }

  private func complain(_ line: String, isPlaced: Bool = false) {
    _ = try? FileDescriptor.standardError.writeAll("\(isPlaced ? "" : "mmapview: ")\(line)\n".utf8)
  }
}
