import PageCache
import RangedMmap
import SystemPackage

/// What is open, which ranges have been handed out, who works on them: all that the inspector knows, with no screen.
///
/// Everything is done by ``perform(_:)``. It belongs to one thread; the workers that it starts have their own, and
/// what they did comes in with ``collect()``.
package final class Session {
  /// The open file.
  package internal(set) var file: MmapFile?
  var allocator: ConcurrentAllocator?
  var ranges = RangeTable()
  /// The worker threads.
  package let workers: WorkerCrew
  /// Becomes readable when a worker has news.
  package let wakeUp: WakeUp
  /// The open file for whoever samples what the kernel knows of it; `nil` if that is out of reach.
  package internal(set) var sampledFile: SampledFile?
  /// How long the open file was when it was looked at last, and what its name led to; `nil` if that is not known.
  var standing: FileStanding?
  /// Whether a file that takes the name of the one that is looked at is opened in its place.
  var followsName = false
  var chosenLayer: Layer?
  /// How much of the file a cell stands for.
  package internal(set) var zoom = Zoom.pages(1)
  /// How many pages a cell stands for on the screen; whoever draws says so.
  package var shownPagesPerCell = 1
  /// The pages that commands act on where they name `selected`.
  package internal(set) var selection: Range<Int>?
  var lastTarget: Target?
  // What the recording has told to be looked for.
  var toldTarget: Target?
  /// Pages in view whose bytes were seen to change lately; whoever draws says so.
  package var markedPages: Set<Int> = []
  // The pages that `watch` told of, and what it is told by while it lasts.
  var watchedChanges: [Range<Int>] = []
  var watching: PageWatch?
  /// On what kind of ground the screen is shown.
  package internal(set) var theme = Theme.dark
  /// The page under the cursor.
  package internal(set) var cursor = 0 { didSet { if cursor != oldValue { byteCursor = 0 } } }
  /// The byte under the cursor, counted from the start of its page.
  package internal(set) var byteCursor = 0
  /// What came of the commands so far, the newest last; the oldest go when it grows long.
  package private(set) var log: [Event] = []
  /// The number of events ever logged.
  package private(set) var eventCount = 0
  /// Whether `quit` was said.
  package private(set) var isOver = false
  /// Whether a script's next command must be held back: a long step or a pause is under way, or `workers wait`
  /// was said.
  package var isWaiting: Bool { isWaitingForWorkers || pending != nil || rest != nil || sourced != nil }
  var isWaitingForWorkers = false
  var rest: Rest?
  var sourced: (player: Player, path: String)?
  /// Whether somebody is there who can press a key, so that a script may wait for one.
  package var isAttended = false
  /// What the key `w` writes: the pattern that was written last, or that was set since.
  package internal(set) var pattern = Pattern.counter
  /// How many times faster than told a script's pauses go by.
  package internal(set) var speed = Speed.normal
  /// Whether no glyphs outside ASCII are to be drawn.
  package var isASCII = false
  /// Makes or saves a picture of the screen; whoever draws sets it.
  ///
  /// It is given the file to save it to, or `nil` for lines of text.
  package var takeScreen: ((OutputFile?) throws(CommandError) -> [String])?
  /// Files that whoever draws has open, and that nothing may be written over.
  package var filesInUse: () -> [OutputFile.InUse] = { [] }

  /// The folder that pictures and recordings which a person asks for go into; `nil` for the working folder, which a
  /// lesson has moved to its own.
  package var outputFolder: FilePath?

  /// Whether a lesson is still to go on with what is open; whoever plays one says so.
  package var isInLesson = false

  /// What a lesson can do that no command can; whoever plays one sets it.
  ///
  /// It is given the words after `outside`, and answers with what came of it.
  package var outside: (([String]) throws(CommandError) -> [String])?

  /// How long a command may keep the caller waiting before it goes on by itself; `nil` for as long as it takes.
  ///
  /// A command that takes longer gives an empty event, ``job`` tells how far it has come, ``isWaiting`` holds scripts
  /// back, and ``collect()`` takes in its end.
  package var patience: Duration?
  var pending: Pending?
  let recorder = Recorder()
  // The command whose end is not known yet, for the recording.
  var unrecorded: (command: Command, isRacing: Bool)?
  // What a command that failed had done until then, as commands.
  var achieved: [Command]?
  var jobFailure: CommandError?

  // Whether workers were started whose end was not yet told.
  private var areWorking = false
  // The steps that workers still have to take, told by `workers step` or `wait`.
  var stepsAhead = 0
  // Of its name and of its size.
  var lastComplaints: [Event?] = [nil, nil]
  // Errors that ended workers, for scripts to end with.
  private var workerFailures: [String] = []
  // What workers of earlier starts had done.
  private var operationsBefore = 0

  private static let logLimit = 1000

  /// A session with nothing open.
  ///
  /// - Throws: When the system has no descriptors left.
  package init() throws(CommandError) {
    wakeUp = try WakeUp()
    workers = WorkerCrew(wakeUp)
  }

  /// Carries out one command.
  ///
  /// - Parameter command: What to do.
  /// - Returns: What came of it, which is also in the log.
  /// - Throws: Why it could not be done. What it had done until then stays done.
  @discardableResult
  package func perform(_ command: Command) throws(CommandError) -> Event {
    let isRacing = workers.areFree
    takeInNews()
    let hadJob = pending != nil
    let event: Event
    do throws(CommandError) { event = try command.action.perform(in: self) } catch {
      recordWorkers()
      recordAchieved()
      throw error
    }
    recordWorkers()
    if hadJob || pending == nil {
      record(command, isRacing: isRacing)
    } else {
      unrecorded = (command, isRacing)
      // A file that is being made or waited for is not there for other commands before it is.
      if !command.action.isOpening { recorder.hold() }
    }
    note(event)
    return event
  }

  /// Says that nothing more is to come.
  func end() { isOver = true }

  /// Adds an event to the log, unless it has nothing to tell.
  package func note(_ event: Event) {
    guard !event.lines.isEmpty else { return }
    log.append(event)
    eventCount += 1
    if log.count > Self.logLimit { log.removeFirst(Self.logLimit / 2) }
  }

  /// Takes in what the workers have done since the last time, and carries on what goes by itself.
  package func collect() {
    takeInNews()
    continueSource()
  }

  private func takeInNews() {
    tellWatch()
    collectJob()
    endRest()
    continueSteps()
    takeInWorkers()
    watchFile()
    guard areWorking, workersHaveEndedAndHandedOver else { return }
    (areWorking, isWaitingForWorkers, stepsAhead) = (false, false, 0)
    note(workersHaveEnded)
  }

  /// Whether no worker runs; what those that ran handed over since the last look has its labels then.
  var workersHaveEndedAndHandedOver: Bool {
    guard workers.running == 0 else { return false }
    takeInWorkers()
    return true
  }

  func takeInWorkers() {
    for failure in workers.collect(into: &ranges) { noteWorkerFailure(failure) }
    recordWorkers()
  }

  func noteWorkerFailure(_ failure: String) {
    note(Event(.failure, [failure]))
    workerFailures.append(failure)
  }

  /// The errors that ended workers since the last time that somebody asked.
  package func takeWorkerFailures() -> [String] {
    defer { workerFailures = [] }
    return workerFailures
  }

  /// Ends what is under way and waits for it.
  package func shutDown() {
    (rest, sourced) = (nil, nil)
    finishJob()
    if workers.isStepped, workers.running > 0 { record(.workers(.stop), isRacing: false) }
    workers.stop()
    workers.join()
    collect()
  }

  /// Where what is done is written to, or `nil`.
  package var recordingPath: String? { recorder.path }

  /// How many ranges have labels: `r1` to this.
  package var rangeCount: Int { ranges.count }

  /// What is known of the range that a page belongs to.
  package func range(ofPage page: Int) -> RangeSummary? {
    ranges.label(ofPage: page).map { ranges.summary($0) }
  }

  var workersHaveEnded: Event {
    .done("workers have ended: \(counted(workers.operations - operationsBefore, "operation"))")
  }

  func workersStart() {
    if !areWorking { operationsBefore = workers.operations }
    areWorking = true
  }

  func waitForWorkers() { isWaitingForWorkers = areWorking }
}
