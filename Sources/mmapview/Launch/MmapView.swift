import ArgumentParser
import CLaunch
import Glibc
import Inspector
import SystemPackage
import TerminalCanvas

extension Layer: ExpressibleByArgument {}
extension Theme: ExpressibleByArgument {}
extension NcursesTerminal.ColorChoice: ExpressibleByArgument {}

@main
struct MmapView: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mmapview",
    abstract: "Shows a file as a grid of 4 KiB pages, and what becomes of each when it is written and made durable.",
    discussion: """
      An existing file is opened for looking only: give --write, or allow it when the program asks. Without \
      --headless or --plain the screen opens; ? shows its keys. Exit status: 0, 1 if something failed, 64 for bad usage.
      --generate-completion-script bash, zsh or fish prints what completes these options.
      """,
    version: "0.13.0")

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

  @Flag(help: "Wait for a file that is absent or empty.")
  var wait = false

  @Flag(help: "Go with the name: look at another file that takes it, as when a log is rotated.")
  var follow = false

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

  @Flag(help: "Draw cells and captions large, for a hall.")
  var big = false

  @Flag(help: "Show the presenter's notes of a script.")
  var notes = false

  @Flag(help: "Draw no glyphs outside ASCII; an underlined ? stands for each in names, captions and patterns.")
  var ascii = false

  @Option(help: ArgumentHelp("Colours: auto, always or never.", valueName: "WHEN"))
  var color: NcursesTerminal.ColorChoice = .auto

  @Flag(help: "Leave the mouse to the terminal, for its own selection.")
  var noMouse = false

  @Flag(help: "Leave the configuration file unread.")
  var noConfig = false

  @Flag(help: "Check the configuration file, and print each line that is wrong.")
  var checkConfig = false

  @Option(
    help: ArgumentHelp("Print a script, or standard input for -, in its canonical form.", valueName: "SCRIPT"),
    completion: .file())
  var format: String?

  @Flag(help: ArgumentHelp("Print the grammar of the commands, in Markdown."))
  var grammar = false

  @Flag(help: ArgumentHelp("Print the manual page: mmapview --manual | man -l -"))
  var manual = false

  /// Reads the command line and does what it says.
  ///
  /// Errors are printed here and not by the parser, which repeats arguments as they are.
  static func main() {
    claunch_ignore_write_signals()
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      let (message, code) = (fullMessage(for: error), exitCode(for: error))
      let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if !code.isSuccess {
        if !message.isEmpty { LinePrinter.complain(lines) }
        Glibc.exit(code.rawValue)
      }
      do throws(ScriptError) { try LinePrinter.write(message + "\n") } catch {
        LinePrinter.complain(["mmapview: \(error)"])
        Glibc.exit(EXIT_FAILURE)
      }
      Glibc.exit(EXIT_SUCCESS)
    }
  }

  // A name that is no text would be read with its odd bytes replaced, and lead to another file: `run` refuses it.
  private static var arguments: [String] {
    // SAFETY: the words are strings that end with a zero, for as long as the process lives.
    (1..<max(1, claunch_argument_count())).compactMap { index in
      unsafe claunch_argument(index).map { unsafe String(cString: $0) }
    }
  }

  mutating func run() throws {
    do {
      if let page = try page() {
        try LinePrinter.write(page)
        return
      }
      if checkConfig {
        try checkConfiguration()
        return
      }
      if lesson == "" {
        try LinePrinter.print(Lesson.list(Lesson.all()))
        return
      }
      var launch = try LaunchOptions(self)
      let opensScreen = !plain && !headless
      if opensScreen { try NcursesTerminal.requireUsable() }
      let sandbox = try launch.lesson.map { _ in try Sandbox() }
      defer { sandbox?.strike() }
      if let sandbox {
        // Before there are threads: mounts of its own are for a process with one.
        try launch.stageLesson(on: sandbox)
        // The screen's loop takes signals itself.
        if !opensScreen { sandbox.strikeOnSignals() }
      }
      // Before the first mapping: its guard over faults has to come first in the chain of handlers.
      if opensScreen { CrashGuard.arm() }
      let signals = opensScreen ? claunch_open_signals() : -1
      let session = try Session(opening: launch)
      let cast = launch.cast.map { CastRecorder($0, isTimed: opensScreen) }
      session.host.filesInUse = { [cast?.fileInUse].compactMap { $0 } }
      session.host.mark = { cast?.mark($0) }
      try launch.frames?.begin()
      try sandbox?.open(for: session)
      let ending = Result { try play(launch, session, cast, signals) }
      var unwritten = session.endRecording()
      do throws(CommandError) { try cast?.finish() } catch { unwritten.append(error) }
      for failure in unwritten { complain(failure.description) }
      try ending.get()
      if !unwritten.isEmpty { throw ExitCode.failure }
    } catch let error as UsageError {
      complain(error.description)
      throw ExitCode(EX_USAGE)
    } catch let error as ExitCode {
      throw error
    } catch let error as ScriptError {
      // Begins with its own place, as editors expect.
      LinePrinter.complain([error.description] + (error.mark.map(Excerpt.lines) ?? []))
      throw ExitCode.failure
    } catch {
      complain("\(error)")
      throw ExitCode.failure
    }
  }

  private func checkConfiguration() throws {
    guard let place = Configuration.place(Environment.variable) else {
      throw UsageError(description: "--check-config: neither XDG_CONFIG_HOME nor HOME names a folder; set one")
    }
    let configuration = Configuration(contentsOf: place)
    for error in configuration.errors {
      LinePrinter.complain([error.description] + (error.mark.map(Excerpt.lines) ?? []))
    }
    guard configuration.errors.isEmpty else { throw ExitCode.failure }
    let state = configuration.exists ? counted(configuration.commands.count, "line") + ", all right" : "there is none"
    try LinePrinter.print(["\(place): \(state)"])
  }

  // What is printed by those options that ask for no file.
  private func page() throws(ScriptError) -> String? {
    if manual { return Manual.page }
    if grammar { return Grammar.page }
    return try format.map { path throws(ScriptError) in try Script.format(contentsOf: path) }
  }

  private func play(_ launch: LaunchOptions, _ session: Session, _ cast: CastRecorder?, _ signals: Int32) throws {
    if plain {
      let isDone = try Plain(session, launch, isASCII: ascii).run()
      // The failure is printed already.
      if !isDone { throw ExitCode.failure }
    } else if headless {
      try Headless(session, launch, isASCII: ascii, cast: cast).run()
    } else {
      try runScreen(launch, session, cast, signals)
    }
  }

  private func runScreen(_ launch: LaunchOptions, _ session: Session, _ cast: CastRecorder?, _ signals: Int32) throws {
    let terminal = try NcursesTerminal(session.view.theme.palette, color: color, usesMouse: !noMouse)
    let loop = try RunLoop(session, terminal, launch.replay, signals: signals, isASCII: ascii, cast: cast)
    loop.startsLessons = launch.record == nil && cast == nil
    if launch.beginsEmpty { loop.offerStart() }
    let signal = try loop.run()
    if let lesson = loop.nextLesson { try become(lesson) }
    if let farewell = session.farewell { try LinePrinter.print([farewell]) }
    // As a shell reports a process that a signal ended.
    if let signal { throw ExitCode(128 + signal) }
  }

  // A lesson has mounts of its own, which only a process with one thread can get: it begins as another program.
  private func become(_ lesson: Int) throws {
    let switches = [(ascii, "--ascii"), (noMouse, "--no-mouse"), (noConfig, "--no-config")]
    var words = ["mmapview", "--lesson", "\(lesson)", "--color", color.rawValue] + switches.filter(\.0).map(\.1)
    if let theme { words += ["--theme", theme.rawValue] }
    claunch_unblock_signals()
    // SAFETY: the words end with nil, and live until the program is replaced, or ends because it can't be.
    var copies = unsafe words.map { unsafe strdup($0) } + [nil]
    unsafe execv("/proc/self/exe", &copies)
    let error = Errno(rawValue: errno)
    complain("`mmapview --lesson \(lesson)` can't be started from here (\(error)); type it in the shell")
    throw ExitCode.failure
  }

  private func complain(_ line: String) { LinePrinter.complain(["mmapview: \(line)"]) }
}
