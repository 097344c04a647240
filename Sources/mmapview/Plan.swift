import Glibc
import Inspector
import RangedMmap
import SystemPackage

/// A command line that makes no sense, and what would.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}

/// What the command line asks for, read and checked in full before anything is done.
struct Plan {
  /// How the file is opened, or `nil` if scripts or the prompt will.
  let opening: Command?
  let layer: Layer?
  let theme: Theme?
  private(set) var script: Script
  /// The lesson to be played before the script.
  let lesson: Lesson?
  let size: Headless.Size
  let record: String?
  let frames: Frames?
  /// Whether the script begins on standard input, and each of its lines is carried out as it comes.
  let readsInput: Bool
  /// Whether a script of its own was asked for, which people may want to go through step by step.
  private let isReplay: Bool
  /// Where the screen is recorded to, if it is.
  let cast: CastRecorder.Request?
  let speed: Speed?
  private let isPlain: Bool

  init(_ options: MmapView) throws {
    try Self.requireText()
    opening = try Self.opening(options)
    layer = options.layer
    theme = options.theme
    isPlain = options.plain
    size = try Self.size(options.size)
    record = options.record
    readsInput = options.headless && options.replay == "-"
    isReplay = options.replay != nil
    speed = try Self.speed(options)
    cast = try Self.cast(options)
    lesson = try Self.lesson(options)
    var script = Script()
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
    if options.plain, options.headless {
      throw UsageError(description: "--plain and --headless: give one; --plain reads commands from standard input")
    }
    if options.plain, options.replay == "-" {
      throw UsageError(description: "--plain reads commands from standard input itself: leave --replay - out")
    }
    if options.frames != nil, !options.headless {
      throw UsageError(description: "--frames goes with --headless: on the screen `screen PATH` saves a frame")
    }
    if options.headless, options.replay == nil, script.steps.isEmpty, opening == nil, lesson == nil {
      throw UsageError(description: "--headless has nothing to do: give a file, -c 'COMMAND' or --replay SCRIPT")
    }
    frames = try options.frames.map { try Frames($0) }
  }

  /// The script as the screen plays it.
  var replay: Replay { Replay(script, keepsTimes: speed != nil, isGuided: isReplay) }

  // A name that is no text would be read with its odd bytes replaced, and lead to another file.
  private static func requireText() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      // SAFETY: argv holds argc strings that end with a zero, for as long as the process lives.
      guard let word = unsafe CommandLine.unsafeArgv[index], unsafe String(validatingCString: word) == nil else {
        continue
      }
      let shown = unsafe String(cString: word)
      throw UsageError(description: "\"\(shown)\" is no text in UTF-8; rename the file, or name it by a link")
    }
  }

  private static func opening(_ options: MmapView) throws -> Command? {
    guard let path = options.file else {
      for (isGiven, name) in [(options.create != nil, "--create"), (options.write, "--write")] where isGiven {
        throw UsageError(description: "\(name) needs the name of a file, as in `mmapview demo.bin \(name)…`")
      }
      return nil
    }
    guard let size = options.create else {
      if options.sparse { throw UsageError(description: "--sparse goes with --create SIZE") }
      if options.force, options.cast == nil {
        throw UsageError(description: "--force goes with --create SIZE or --cast PATH")
      }
      return .open(path: path, forWriting: options.write)
    }
    do throws(SyntaxError) {
      return .create(path: path, size: try Command.size(size), isSparse: options.sparse, isForced: options.force)
    } catch { throw UsageError(description: "--create: \(error.description)") }
  }

  private static func speed(_ options: MmapView) throws -> Speed? {
    guard let text = options.speed else { return nil }
    guard options.replay != nil, !options.headless, !options.plain else {
      throw UsageError(description: "--speed goes with --replay SCRIPT on the screen")
    }
    guard let speed = Speed(text) else {
      throw UsageError(description: "--speed \(text): write a number from 0.01 to 100, as in 2 for twice as fast")
    }
    return speed
  }

  /// Puts the lesson before the script, as the machine allows it to be played.
  mutating func stageLesson(on stage: Stage) throws(ScriptError) {
    guard let lesson else { return }
    var whole = try stage.script(lesson, isLast: lesson.number == Lesson.all().count)
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
    if options.file != nil || options.replay != nil {
      throw UsageError(description: "--lesson plays on a file of its own: leave FILE and --replay out")
    }
    return lesson
  }

  private static func cast(_ options: MmapView) throws -> CastRecorder.Request? {
    guard let path = options.cast else { return nil }
    if options.plain {
      throw UsageError(description: "--plain has no screen to record: give --cast with the screen or with --headless")
    }
    if let file = options.file, isSame(file, path) {
      throw UsageError(description: "--cast \(path): is the file that is looked at; record to another one")
    }
    let lesson = options.lesson.map { ["--lesson", $0] } ?? []
    let title = (["mmapview"] + [options.file].compactMap { $0 } + lesson).joined(separator: " ")
    let request = CastRecorder.Request(path: path, title: title, isForced: options.force)
    try CastRecorder.check(request)
    return request
  }

  private static func isSame(_ one: String, _ other: String) -> Bool {
    if FilePath(one).lexicallyNormalized() == FilePath(other).lexicallyNormalized() { return true }
    var status = (stat(), stat())
    // SAFETY: fills the structures that it is given.
    guard unsafe stat(one, &status.0) == 0, unsafe stat(other, &status.1) == 0 else { return false }
    return status.0.st_ino == status.1.st_ino && status.0.st_dev == status.1.st_dev
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

extension Plan {
  /// The three steps that matter, for whoever sees the program for the first time.
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
        + "consent. `status` tells of it; `help` lists all commands"
    }
  }
}

extension Session {
  /// A session with the plan's file open.
  convenience init(opening plan: Plan) throws(CommandError) {
    try self.init()
    if let path = plan.record { try perform(.record(path: path, isForced: false)) }
    do throws(CommandError) {
      if let opening = plan.opening { try perform(opening) }
    } catch {
      abandonRecording()
      throw error
    }
    if let layer = plan.layer { try perform(.layer(layer)) }
    if let theme = plan.theme { try perform(.theme(theme)) }
    if let speed = plan.speed { try perform(.set(.speed(speed))) }
    if plan.script.steps.isEmpty, let greeting = plan.greeting(file) { note(Event(.caption, [greeting])) }
  }

  /// What a person who quits should know: that something may still be lost.
  var farewell: String? {
    // What a lesson leaves behind is thrown away.
    guard let file, outside == nil else { return nil }
    let counts = file.states.counts()
    let pending = unsyncedPages
    var parts: [String] = []
    if pending > 0 {
      parts.append("\(counted(pending, "page")) written and not synced: the kernel writes them back in its own time")
    }
    if counts[.lost] > 0 { parts.append("\(counted(counts[.lost], "page")) lost") }
    return parts.isEmpty ? nil : "\(file.path): \(parts.joined(separator: "; "))"
  }
}
