import Glibc
import RangedMmap

/// The inspector's state without a screen: the open file, its ranges, the workers.
///
/// Everything is done by ``perform(_:)``. It belongs to one thread; the workers that it starts have their own, and
/// what they did comes in with ``collect()``.
package final class Session {
  let document = Document()
  package internal(set) var view = ViewState()
  package let workers: WorkerPool
  package var host = Host()
  /// Becomes readable when a worker has news.
  package let wakeUp: WakeUp
  package private(set) var isOver = false
  let jobs: JobQueue
  var scripts = ScriptDriver()
  var marks = Marks()
  let recorder = Recorder()
  private var events = EventLog()
  /// When something was done last that may have pages written back, or a long step ended.
  package internal(set) var lastAct = ContinuousClock.now
  private let owner = pthread_self()

  /// A session with nothing open, which belongs to the thread that makes it.
  package init() throws(CommandError) {
    wakeUp = try WakeUp()
    workers = WorkerPool(wakeUp)
    jobs = JobQueue(wakeUp)
  }

  /// Carries out one command.
  ///
  /// - Throws: Why it could not be done. What it had done until then stays done.
  @discardableResult
  package func perform(_ command: Command) throws(CommandError) -> Event {
    requireOwner()
    if host.isInPast(), !command.worksInPast { throw CommandError(Command.refusalInPast) }
    let isRacing = workers.areFree
    takeInNews()
    let hadJob = jobs.job != nil
    _ = jobs.takeCost()
    let meter = command.action.isTimed ? command.action.meter(file) : nil
    defer { if command.action.mayWriteBack { lastAct = .now } }
    var event: Event
    do throws(CommandError) { event = try command.action.perform(in: self) } catch {
      recordWorkers()
      recordAchieved()
      throw error
    }
    event = priced(event, jobs.takeCost() ?? meter?.cost())
    recordWorkers()
    if hadJob || jobs.job == nil {
      record(command, isRacing: isRacing)
    } else {
      recorder.await(command, isRacing: isRacing)
    }
    if !event.isKnown { note(event) }
    return event
  }

  package func note(_ event: Event) {
    requireOwner()
    events.add(event)
  }

  /// An event with what it cost, which is kept, and is one of its lines where a person or a script asked for that.
  func priced(_ event: Event, _ cost: ActCost?) -> Event {
    guard let cost else { return event }
    var event = event
    (event.cost, scripts.lastCost) = (cost, cost)
    if let stored = event.stored, workers.running == 0, let line = Amplification.line(stored, cost) {
      event = event.adding(line)
    }
    // A screen has a place of its own for it.
    return view.showsCosts == true && !host.hasScreen ? event.adding(cost.line) : event
  }

  func end() { isOver = true }

  /// Takes in what the workers have done since the last time, and carries on what goes by itself.
  package func collect() {
    requireOwner()
    takeInNews()
    continueScript()
  }

  // Two threads in here would tear what they share, and mostly go unnoticed.
  func requireOwner() {
    assert(pthread_equal(owner, pthread_self()) != 0, "a session belongs to the thread that made it")
  }

  private func takeInNews() {
    noteWatch()
    noteFaults()
    collectJob()
    scripts.endRest()
    continueSteps()
    takeInWorkers()
    followFile()
    guard workersHaveEndedAndHandedOver, let operations = workers.takeEnd() else { return }
    scripts.workersAreDone()
    note(.workersHaveEnded(operations, after: workers.workTime))
  }

  /// Ends what is under way and waits for it.
  package func shutDown() {
    scripts.leaveSource()
    finishJob()
    if workers.isStepped, workers.running > 0 { record(.workers(.stop), isRacing: false) }
    workers.stop()
    workers.join()
    _ = endFaults()
    collect()
  }
}

extension Session {
  package var file: MmapFile? { document.file }
  /// The open file, to be sampled for what the kernel knows of it; `nil` if that is out of reach.
  package var sampledFile: SampledFile? { document.sampledFile }
  package var fileName: FilePath? { document.fileName }
  package var isNameless: Bool { document.isNameless }
  /// The size that the open file has now, in bytes, where it is not that which is mapped.
  package var otherSize: Int? { document.otherSize }
  /// How many ranges have labels: `r1` to this.
  package var rangeCount: Int { document.ranges.count }
  package func range(ofPage page: Int) -> RangeSummary? {
    document.ranges.label(ofPage: page).map { document.ranges.summary($0) }
  }
  /// Whose view of the pages the screen shows: the library's of a file that is written here, else the kernel's.
  package var layer: Layer { view.chosenLayer ?? (file?.isWritable == false ? .kernel : .library) }
  package var log: [Event] { events.events }
  package var eventCount: Int { events.count }
  package var recordingPath: String? { recorder.path }

  /// Takes how many pages a cell of the frame stands for, from where `zoom in` and `zoom out` go on.
  package func frameShows(pagesPerCell: Int) { view.shownPagesPerCell = pagesPerCell }

  /// Takes the pages in view whose bytes were seen to change lately, for `find kernel changed`.
  package func frameShows(changed pages: Set<Int>) { view.markedPages = pages }

  package func useASCII(_ isOn: Bool) { view.isASCII = isOn }

  func openFile() throws(CommandError) -> MmapFile { try document.openFile() }

  /// Takes from the command line how it is to be shown and played, which is in no recording.
  package func begin(
    layer: Layer?, theme: Theme?, speed: Speed?, followsName: Bool = false, isBig: Bool = false,
    showsNotes: Bool = false
  ) {
    document.followsName = followsName
    (view.isBig, view.showsNotes) = (isBig, showsNotes)
    if let layer { view.chosenLayer = layer }
    if let theme { view.theme = theme }
    if let speed { scripts.speed = speed }
  }
}
