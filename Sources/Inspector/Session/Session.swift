import Glibc
import PageCache
import RangedMmap
import SystemPackage

/// What is open, which ranges have been handed out, who works on them: all that the inspector knows, with no screen.
///
/// Everything is done by ``perform(_:)``. It belongs to one thread; the workers that it starts have their own, and
/// what they did comes in with ``collect()``.
package final class Session {
  let document = Document()
  /// What part of the file is looked at, and how.
  package internal(set) var view = ViewState()
  /// The worker threads.
  package let workers: WorkerPool
  /// What whoever runs the session lends it.
  package var host = Host()
  /// Becomes readable when a worker has news.
  package let wakeUp: WakeUp
  /// Whether `quit` was said.
  package private(set) var isOver = false
  let jobs: JobQueue
  var scripts = ScriptDriver()
  let recorder = Recorder()
  private var events = EventLog()
  // The thread that it belongs to.
  private let owner = pthread_self()

  /// A session with nothing open, which belongs to the thread that makes it.
  ///
  /// - Throws: When the system has no descriptors left.
  package init() throws(CommandError) {
    wakeUp = try WakeUp()
    workers = WorkerPool(wakeUp)
    jobs = JobQueue(wakeUp)
  }

  /// Carries out one command.
  ///
  /// - Parameter command: What to do.
  /// - Returns: What came of it, which is also in the log.
  /// - Throws: Why it could not be done. What it had done until then stays done.
  @discardableResult
  package func perform(_ command: Command) throws(CommandError) -> Event {
    requireOwner()
    let isRacing = workers.areFree
    takeInNews()
    let hadJob = jobs.job != nil
    let event: Event
    do throws(CommandError) { event = try command.action.perform(in: self) } catch {
      recordWorkers()
      recordAchieved()
      throw error
    }
    recordWorkers()
    if hadJob || jobs.job == nil {
      record(command, isRacing: isRacing)
    } else {
      recorder.await(command, isRacing: isRacing)
    }
    note(event)
    return event
  }

  /// Adds an event to the log, unless it has nothing to tell.
  package func note(_ event: Event) { events.add(event) }

  /// Says that nothing more is to come.
  func end() { isOver = true }

  /// Takes in what the workers have done since the last time, and carries on what goes by itself.
  package func collect() {
    requireOwner()
    takeInNews()
    continueScript()
  }

  // Two threads in here would tear what they share, and mostly go unnoticed.
  private func requireOwner() {
    assert(pthread_equal(owner, pthread_self()) != 0, "a session belongs to the thread that made it")
  }

  private func takeInNews() {
    tellWatch()
    collectJob()
    scripts.endRest()
    continueSteps()
    takeInWorkers()
    followFile()
    guard workersHaveEndedAndHandedOver, let operations = workers.takeEnd() else { return }
    scripts.workersAreDone()
    note(.workersHaveEnded(operations))
  }

  /// Ends what is under way and waits for it.
  package func shutDown() {
    scripts.leaveSource()
    finishJob()
    if workers.isStepped, workers.running > 0 { record(.workers(.stop), isRacing: false) }
    workers.stop()
    workers.join()
    collect()
  }
}

// MARK: - What is so

extension Session {
  package var file: MmapFile? { document.file }
  /// The open file for whoever samples what the kernel knows of it; `nil` if that is out of reach.
  package var sampledFile: SampledFile? { document.sampledFile }
  /// The name that the open file goes by now.
  package var fileName: FilePath? { document.fileName }
  /// Whether no name leads to the open file.
  package var isNameless: Bool { document.isNameless }
  /// The size that the open file has now, in bytes, where it is not that which is mapped.
  package var otherSize: Int? { document.otherSize }
  /// How many ranges have labels: `r1` to this.
  package var rangeCount: Int { document.ranges.count }
  /// What is known of the range that a page belongs to.
  package func range(ofPage page: Int) -> RangeSummary? {
    document.ranges.label(ofPage: page).map { document.ranges.summary($0) }
  }
  /// Whose view of the pages the screen shows: the library's of a file that is written here, else the kernel's.
  package var layer: Layer { view.chosenLayer ?? (file?.isWritable == false ? .kernel : .library) }
  /// What came of the commands so far, the newest last; the oldest go when it grows long.
  package var log: [Event] { events.events }
  /// The number of events ever logged.
  package var eventCount: Int { events.count }
  /// Where what is done is written to, or `nil`.
  package var recordingPath: String? { recorder.path }

  /// Takes how many pages a cell of the frame stands for, from where `zoom in` and `zoom out` go on.
  package func frameShows(pagesPerCell: Int) { view.shownPagesPerCell = pagesPerCell }

  /// Takes the pages in view whose bytes were seen to change lately, for `find kernel changed`.
  package func frameShows(changed pages: Set<Int>) { view.markedPages = pages }

  /// Draws no glyphs outside ASCII.
  package func useASCII(_ isOn: Bool) { view.isASCII = isOn }

  func openFile() throws(CommandError) -> MmapFile { try document.openFile() }

  /// Takes how it is to be shown and played from the command line.
  ///
  /// No recording tells of it: it is nothing that was done to the file, and whoever plays the recording chooses anew.
  package func begin(layer: Layer?, theme: Theme?, speed: Speed?, followsName: Bool = false) {
    document.followsName = followsName
    if let layer { view.chosenLayer = layer }
    if let theme { view.theme = theme }
    if let speed { scripts.speed = speed }
  }
}
