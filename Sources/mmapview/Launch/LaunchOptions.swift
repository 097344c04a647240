import CLaunch
import Inspector
import RangedMmap
import SystemPackage
import VisibleText

/// A command line that makes no sense, and what would.
struct UsageError: Error, CustomStringConvertible { let description: String }

/// What the command line asks for, read and checked in full before anything is done.
struct LaunchOptions {
  /// How the file is opened, or `nil` if scripts or the prompt will.
  let opening: Command?
  let followsName: Bool
  let layer: Layer?
  let theme: Theme?
  let isBig: Bool
  let showsNotes: Bool
  private(set) var script: Script
  /// The lesson to be played before the script.
  let lesson: Lesson?
  let size: Headless.Size
  let record: OutputFile?
  let frames: Frames?
  /// Whether the script begins on standard input, and each of its lines is carried out as it comes.
  let readsInput: Bool
  /// Whether there is a script of its own, which people may want to go through step by step.
  private let isReplay: Bool
  let cast: CastRecorder.Request?
  let speed: Speed?
  /// What is set from the start; `nil` where it must not be: what runs without a person does the same everywhere.
  let configuration: Configuration?
  private let isPlain: Bool

  init(_ options: MmapView) throws {
    try Self.requireText()
    try Self.requireSense(options)
    let opening = try Self.opening(options)
    // A person can end the wait: by Esc on the screen, by `stop` with `--plain`.
    let isEndable = options.wait && !options.headless
    self.opening = isEndable ? nil : opening
    followsName = options.follow
    layer = options.layer
    theme = options.theme
    (isBig, showsNotes) = (options.big, options.notes)
    isPlain = options.plain
    size = try Self.size(options.size)
    record = options.record.map { OutputFile($0, isForced: false) }
    readsInput = options.headless && options.replay == "-"
    isReplay = options.replay != nil
    speed = try Self.speed(options)
    configuration =
      options.headless || options.noConfig
      ? nil : Configuration.place(Environment.variable).map { Configuration(contentsOf: $0) }
    cast = try Self.cast(options)
    lesson = try Self.lesson(options)
    var script = Script()
    if isEndable, let opening { script.append(try Script("\(opening)", name: "--wait", firstLine: 1)) }
    if let path = options.replay, !readsInput {
      var replay = try Script(contentsOf: path)
      if opening != nil, replay.isRecording { replay.leaveOutOpening() }
      script.append(replay)
    }
    for (index, line) in options.commands.enumerated() {
      script.append(try Script(line, name: "-c", firstLine: index + 1))
    }
    try script.checkLabels()
    self.script = script
    if options.headless, options.replay == nil, script.steps.isEmpty, opening == nil, lesson == nil {
      throw UsageError(description: "--headless has nothing to do: give a file, -c 'COMMAND' or --replay SCRIPT")
    }
    frames = try options.frames.map { try Frames($0) }
    try checkOutputs(options)
  }

  /// Whether nothing is named that opens a file.
  var beginsEmpty: Bool { opening == nil && lesson == nil && script.steps.isEmpty }

  /// The script as the screen plays it.
  var replay: Replay { Replay(keepsTimes: speed != nil, isGuided: isReplay) }

  // A name that is no text would be read with its odd bytes replaced, and lead to another file.
  private static func requireText() throws {
    for index in 1..<max(1, claunch_argument_count()) {
      // SAFETY: the words are strings that end with a zero, for as long as the process lives.
      guard let word = unsafe claunch_argument(index), unsafe String(validatingCString: word) == nil else { continue }
      let shown = unsafe String(cString: word)
      throw UsageError(description: "\"\(shown)\" is no text in UTF-8; rename the file, or name it by a link")
    }
  }

  // Options that exclude each other, and what goes instead.
  private static func requireSense(_ options: MmapView) throws {
    let (creates, replays) = (options.create != nil, options.replay != nil)
    let isOnScreen = !options.headless && !options.plain
    func refuse(_ message: String, if isWrong: Bool) throws {
      if isWrong { throw UsageError(description: message) }
    }
    try refuse("--sparse goes with --create SIZE", if: options.sparse && !creates)
    try refuse("--force goes with --create SIZE or --cast PATH", if: options.force && !creates && options.cast == nil)
    try refuse(
      "--wait is for a file that another program makes: leave --create out, or --wait", if: options.wait && creates)
    try refuse(
      "--follow is for a file that is opened for looking only: leave it out to change one",
      if: options.follow && (options.write || creates))
    try refuse(
      "--plain and --headless: give one; --plain reads commands from standard input",
      if: options.plain && options.headless)
    try refuse(
      "--plain reads commands from standard input itself: leave --replay - out",
      if: options.plain && options.replay == "-")
    try refuse(
      "--plain has no screen to record: give --cast with the screen or with --headless",
      if: options.plain && options.cast != nil)
    try refuse(
      "--frames goes with --headless: on the screen `screen PATH` saves a frame",
      if: options.frames != nil && !options.headless)
    try refuse("--speed goes with --replay SCRIPT on the screen", if: options.speed != nil && !(replays && isOnScreen))
    try refuse(
      "--lesson plays on a file of its own: leave FILE and --replay out",
      if: options.lesson != nil && (options.file != nil || replays))
  }

  private static func opening(_ options: MmapView) throws -> Command? {
    guard let path = options.file else {
      let flags = [(options.write, "--write"), (options.wait, "--wait"), (options.follow, "--follow")]
      let needing = options.create.map { "--create \($0)" } ?? flags.first { $0.0 }?.1
      guard let needing else { return nil }
      throw UsageError(description: "\(needing) needs the name of a file, as in `mmapview demo.bin \(needing)`")
    }
    guard let size = options.create else {
      return .open(path: path, forWriting: options.write, isAwaited: options.wait)
    }
    do throws(SyntaxError) {
      return .create(path: path, size: try Command.size(size), isSparse: options.sparse, isForced: options.force)
    } catch { throw UsageError(description: "--create: \(error.description)") }
  }

  private static func speed(_ options: MmapView) throws -> Speed? {
    guard let text = options.speed else { return nil }
    guard let speed = Speed(text) else {
      throw UsageError(description: "--speed \(text): write a number from 0.01 to 100, as in 2 for twice as fast")
    }
    return speed
  }

  /// Puts the lesson before the script, as the machine allows it to be played.
  mutating func stageLesson(on sandbox: Sandbox) throws(ScriptError) {
    guard let lesson else { return }
    var whole = try sandbox.script(lesson, isLast: lesson.number == Lesson.all().count)
    whole.append(script)
    script = whole
  }

  private static func lesson(_ options: MmapView) throws -> Lesson? {
    guard let text = options.lesson else { return nil }
    let lessons = try Lesson.all()
    guard let lesson = lessons.first(where: { "\($0.number)" == text }) else {
      throw UsageError(
        description: "--lesson \"\(text)\": there are lessons 1 to \(lessons.count); --lesson lists them")
    }
    return lesson
  }

  private static func cast(_ options: MmapView) throws -> CastRecorder.Request? {
    guard let path = options.cast else { return nil }
    let lesson = options.lesson.map { ["--lesson", $0] } ?? []
    // A player shows it, and may know nothing of what a terminal must not be sent.
    let title = (["mmapview"] + [options.file].compactMap { $0 } + lesson).joined(separator: " ").visible
    let output = OutputFile(path, isForced: options.force, remedy: "replace it with --force")
    return CastRecorder.Request(output: output, title: title)
  }

  // Before anything is made: where a file is to come one can be made, and no two are the same.
  private func checkOutputs(_ options: MmapView) throws {
    var places: [(place: Place, role: String)] = []
    if let file = options.file {
      places.append((Place(file), options.create == nil ? "the file that is looked at" : "the file that is created"))
    }
    // A script that is played may be opened, and not replaced.
    if let script = options.replay, script != "-", !(options.create == nil && options.file == script) {
      try add("--replay", script, "the script that is played", isWritten: options.create != nil, to: &places)
    }
    for (option, path, role) in [
      ("--record", options.record, "the recording"), ("--cast", options.cast, "the recording of the screen"),
      ("--frames", options.frames == "-" ? nil : options.frames, "the folder of frames"),
    ] { if let path { try add(option, path, role, isWritten: true, to: &places) } }
    for output in [record, cast?.output] { try output?.check() }
  }

  private func add(
    _ option: String, _ path: String, _ role: String, isWritten: Bool, to places: inout [(place: Place, role: String)]
  ) throws {
    let place = Place(path)
    if isWritten, let other = places.first(where: { $0.place == place }) {
      throw UsageError(description: "\(option) \(path): is \(other.role); name another file")
    }
    places.append((place, role))
  }

  // What a path leads to, or the name in its folder that it would be made as.
  private struct Place: Equatable {
    let identity: [UInt64]?
    let name: String?

    init(_ path: String) {
      let path = FilePath(path)
      identity = (try? Stat(path))?.identity ?? (try? Stat(path.folder))?.identity
      name = (try? Stat(path)) == nil ? path.lastComponent?.string : nil
    }
  }

  private static func size(_ text: String?) throws -> Headless.Size {
    guard let text else { return Headless.Size() }
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...1000).contains(width),
      (1...1000).contains(height)
    else { throw UsageError(description: "--size \"\(text)\": write columns and rows up to 1000, as in 120x40") }
    return Headless.Size(width: width, height: height)
  }
}

extension LaunchOptions {
  /// The three steps that matter, for a newcomer.
  fileprivate func greeting(_ file: MmapFile?) -> String? {
    switch (isPlain, file?.isWritable) {
    case (false, nil): nil
    case (false, true?): "a allocates a page, w writes it, s makes it durable; ? shows all keys"
    case (false, false?): "Arrow keys move; nothing is changed unless you allow it; ? shows all keys"
    case (true, nil): "Type `open PATH` or `create PATH SIZE`; `help` lists all commands"
    case (true, true?):
      "`allocate 1p` takes a page, `write r1 page` fills it, `sync r1` makes it durable; `help` lists all commands"
    case (true, false?):
      "Nothing in it is changed unless you allow it: `open \(Word.quote(file?.path.string ?? "")) write` is your "
        + "consent. `status` counts its pages; `help` lists all commands"
    }
  }
}

extension Session {
  convenience init(opening launch: LaunchOptions) throws(CommandError) {
    try self.init()
    if !launch.readsInput { load(launch.script) }
    if let configuration = launch.configuration { configure(configuration) }
    if let opening = launch.opening { try perform(opening) }
    // What was done so far is the beginning of the recording.
    if let output = launch.record {
      try begin(recordingTo: output)
      note(Event(.done, ["recording to \(output.path)"]))
    }
    begin(
      layer: launch.layer, theme: launch.theme, speed: launch.speed, followsName: launch.followsName,
      isBig: launch.isBig, showsNotes: launch.showsNotes)
    if launch.script.steps.isEmpty, let greeting = launch.greeting(file) { note(Event(.notice, [greeting])) }
  }
}
