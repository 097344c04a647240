import RangedMmap

/// One thing that can be done, whoever asks for it: a key, a `:` line, a `-c` option, a script or a worker.
package enum Command: Sendable, Equatable {
  /// Makes a file and opens it for writing.
  case create(path: String, size: Int, isSparse: Bool, isForced: Bool)
  /// Opens a file that exists, or waits until it exists and has bytes.
  case open(path: String, forWriting: Bool, isAwaited: Bool = false)
  /// Takes pages from the allocator, once or several times.
  case allocate(byteCount: Int, times: Int)
  /// Fills ranges with a pattern.
  case write(RangeSelection, Pattern)
  /// Shows the bytes of a range.
  case read(RangeSelection, offset: Int, length: Int?)
  /// Compares ranges with the pattern last written to them.
  case verify(RangeSelection)
  /// Starts writeback.
  case flush(RangeSelection)
  /// Waits until ranges are durable.
  case sync(RangeSelection)
  /// Makes written ranges writable again.
  case reuse(RangeSelection)
  /// Cuts an allocated range in two.
  case split(RangeSelection, at: Int, rounding: SplitRounding)
  /// Starts or steers the worker threads.
  case workers(WorkersCommand)
  /// Moves the cursor.
  case goto(page: Int)
  /// Lets a cell stand for more pages or for fewer.
  case zoom(ZoomStep)
  /// Selects pages for commands to act on, or none.
  case select(ClosedRange<Int>?)
  /// Looks for bytes or a state from the cursor on, and moves the cursor there.
  case find(Target)
  /// Looks for the same again.
  case findAgain(isBackward: Bool)
  /// Moves the cursor to a byte, by its offset in the file.
  case byte(offset: Int)
  /// Turns the screen to the library's view of the pages, or the kernel's, or both.
  case layer(Layer)
  /// Gives the screen the colours for another kind of ground.
  case theme(Theme)
  /// Says what is open and how its pages stand.
  case status(asJSON: Bool)
  /// Says all that is known of a page, or of the one under the cursor.
  case page(Int?)
  /// Says what the kernel knows of pages, or of all.
  case kernel(ClosedRange<Int>?, asJSON: Bool)
  /// Says where the file's bytes are on the disk.
  case extents(asJSON: Bool)
  /// Says who else has the file open.
  case users(asJSON: Bool)
  /// Tells each change of pages, or of all, as it comes: for a time, or until somebody ends it.
  case watch(ClosedRange<Int>?, asJSON: Bool, time: Duration?)
  /// Shows the frame, or saves it.
  case screen(path: String?, isForced: Bool)
  /// Shows a caption.
  case say(String)
  /// Holds a script back for a time, or until a key is pressed where there are keys.
  case pause(Duration?)
  /// Plays another script.
  case source(path: String)
  /// Changes how things are done from now on.
  case set(Setting)
  /// Asks the lesson that is played for what no command can do: what another program does, or the machine.
  case outside([String])
  /// Fails unless something is so.
  case expect(Expectation)
  /// Writes what is done to a script, or writes no more where there is no path.
  case record(path: String?, isForced: Bool)
  /// Explains the commands, or one.
  case help(verb: String?)
  /// Ends the program.
  case quit
}

/// Which ranges a command is about.
package enum RangeSelection: Sendable, Equatable, CustomStringConvertible {
  /// `r3`, or `r3..r7`, both ends included.
  case labels(ClosedRange<Int>)
  /// Those with pages that are selected, and that the command can act on.
  case selected
  /// All that the command can act on.
  case all

  /// The selection as it is written in a command.
  package var description: String {
    switch self {
    case .labels(let labels) where labels.count == 1: "r\(labels.lowerBound)"
    case .labels(let labels): "r\(labels.lowerBound)..r\(labels.upperBound)"
    case .selected: "selected"
    case .all: "all"
    }
  }
}

/// What is looked for.
package enum Target: Sendable, Equatable, CustomStringConvertible {
  /// Bytes, at any offset.
  case bytes([UInt8])
  /// Text in UTF-8, at any offset.
  case text(String)
  /// The next page in this state.
  case state(PageState)
  /// The next page of which the kernel says so.
  case kernel(KernelTarget)

  /// The target as it is written in a command.
  package var description: String {
    switch self {
    case .bytes(let bytes): "hex " + bytes.map { hex($0, width: 2) }.joined()
    case .text(let text): "text " + Word.quote(text)
    case .state(let state): "state \(state)"
    case .kernel(let target): "kernel \(target)"
    }
  }
}

/// What is looked for in what the kernel says.
package enum KernelTarget: String, Sendable, CaseIterable {
  /// A page in memory.
  case cached
  /// A page that differs from the disk.
  case dirty
  /// A page on its way to it.
  case writeback
  /// A page that was seen to change lately, by the screen or by `watch`.
  case changed
}

/// What is done with the worker threads.
package enum WorkersCommand: Sendable, Equatable {
  /// Starts more of them.
  case start(count: Int, WorkOrder)
  /// Halts all, each after its operation.
  case pause
  /// Lets halted ones go on.
  case resume
  /// Ends all, each after its operation.
  case stop
  /// Waits until all have ended.
  case wait
  /// Lets those that take turns carry out so many phases of their operations.
  case step(Int)
  /// Lets those that are named carry out phases, in this order.
  case turn([NamedTurn])
}

/// What each worker does until the file is full.
package struct WorkOrder: Sendable, Equatable {
  /// What a worker does with a range after writing it.
  package enum Flush: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Starts writeback.
    case async
    /// Waits until it is durable.
    case sync
  }

  /// Who says when a worker goes on.
  package enum Mode: String, Sendable, CaseIterable {
    /// Nobody: each is a thread.
    case free
    /// `workers step`, and a seed that says whose turn it is.
    case stepped
  }

  /// Bytes a range.
  package var byteCount = 4096
  /// What is written.
  package var pattern = Pattern.page
  /// What follows a write.
  package var flush = Flush.none
  /// The rest after each operation.
  package var delay = Duration.zero
  /// The most operations a worker makes, or `nil` to go on until the file is full.
  package var operations: Int?
  /// Whether workers are threads or take turns.
  package var mode = Mode.free
  /// What the order of turns follows from; `nil` for 1, or the seed of those that are at work.
  package var seed: UInt64?

  /// Page by page, with the page's number, and no flush.
  package init() {}
}
