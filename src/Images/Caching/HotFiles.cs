using System.Collections.Concurrent;

namespace Madang.Images.Caching;

/// <summary>
/// The small pictures that are asked for most, in memory, bounded in bytes. Readers take no lock and mostly write nothing: a hit sets a mark when it is not
/// yet set. Room is made by second chance (CLOCK): the oldest goes, unless it is marked; then it loses its mark and waits another round.
/// </summary>
internal sealed class HotFiles
{
    /// <summary>Headers, dictionary and queue of an entry, estimated: a million tiny pictures must not pass the bound.</summary>
    private const int Overhead = 600;

    private static readonly long ReportEvery = TimeSpan.FromMinutes(1).Ticks;

    private readonly ConcurrentDictionary<VariantKey, Slot> _slots = new();
    private readonly Queue<Slot> _clock = new();
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Purges _purges;
    private readonly Action<VariantKey> _used;
    private readonly long _maxBytes;
    private readonly long _maxFileBytes;
    private long _bytes;

    /// <param name="time">Ends what was not used for its caching time.</param>
    /// <param name="purges">Shared with the disk cache: what was purged does not come back.</param>
    /// <param name="used">Told at most once a minute of each file in use, so that the disk's copy does not expire below it.</param>
    /// <param name="maxBytes">All bodies together, with their overhead.</param>
    /// <param name="maxFileBytes">Larger ones are left to the disk (and the kernel's page cache).</param>
    public HotFiles(TimeProvider time, Purges purges, Action<VariantKey> used, long maxBytes = 64 << 20, long maxFileBytes = 256 << 10) =>
        (_time, _purges, _used, _maxBytes, _maxFileBytes) = (time, purges, used, maxBytes, maxFileBytes);

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => _slots.Count;

    /// <summary>Whether a file of this length is kept at all.</summary>
    public bool Takes(long length) => length <= _maxFileBytes && length + Overhead <= _maxBytes;

    public HotFile? TryGet(VariantKey key)
    {
        if (!_slots.TryGetValue(key, out var slot))
            return null;

        var now = _time.GetUtcNow().UtcTicks;
        if (now - Volatile.Read(ref slot.LastUsed) >= slot.File.Lifetime.Ticks)
        {
            Drop(slot);
            return null;
        }

        slot.Use(now);
        var reported = Volatile.Read(ref slot.Reported);
        if (now - reported >= ReportEvery && Interlocked.CompareExchange(ref slot.Reported, now, reported) == reported)
            _used(key);
        return slot.File;
    }

    /// <summary>Keeps it if it is small enough and was not purged meanwhile.</summary>
    public void Put(VariantKey key, HotFile file)
    {
        if (!Takes(file.Body.Length))
            return;

        var slot = new Slot(key, file, _time.GetUtcNow().UtcTicks);
        lock (_gate)
        {
            if (_purges.Cover(key.Id, key.Version))
                return;
            if (_slots.TryGetValue(key, out var older))
                Forget(older);
            MakeRoom(slot.Size);
            _slots[key] = slot;
            _clock.Enqueue(slot);
            Interlocked.Add(ref _bytes, slot.Size);
        }
    }

    /// <summary>As <see cref="VariantCache.Remove"/>.</summary>
    public void Remove(Guid id, long belowVersion = long.MaxValue)
    {
        _purges.Add(id, belowVersion);
        foreach (var slot in _slots.Values)
        {
            if (slot.Key.Id == id && slot.Key.Version < belowVersion)
                Drop(slot);
        }
    }

    private void MakeRoom(long needed)
    {
        while (_bytes + needed > _maxBytes && _clock.TryDequeue(out var slot))
        {
            if (!slot.Live)
                continue;
            if (slot.TakeMark())
                _clock.Enqueue(slot);
            else
                Forget(slot);
        }

        // Purged and replaced slots wait in the queue for the hand: not for ever, when there is always room.
        if (_clock.Count > 2 * _slots.Count + 64)
        {
            var live = _clock.Where(slot => slot.Live).ToArray();
            _clock.Clear();
            foreach (var slot in live)
                _clock.Enqueue(slot);
        }
    }

    private void Drop(Slot slot)
    {
        lock (_gate)
            Forget(slot);
    }

    private void Forget(Slot slot)
    {
        if (!_slots.TryRemove(new(slot.Key, slot)))
            return;
        slot.Release();
        Interlocked.Add(ref _bytes, -slot.Size);
    }

    private sealed class Slot(VariantKey key, HotFile file, long now)
    {
        private static readonly long Coarse = TimeSpan.FromSeconds(1).Ticks;
        private bool _marked;

        public long LastUsed = now;
        public long Reported = now;

        public VariantKey Key => key;

        public HotFile File => file;

        public long Size { get; } = file.Body.Length + Overhead;

        public bool Live { get; private set; } = true;

        /// <summary>Written only when it changes: cores that read the same picture must not fight over the cache line.</summary>
        public void Use(long time)
        {
            if (!Volatile.Read(ref _marked))
                Volatile.Write(ref _marked, true);
            if (time - Volatile.Read(ref LastUsed) >= Coarse)
                Volatile.Write(ref LastUsed, time);
        }

        public bool TakeMark()
        {
            var marked = Volatile.Read(ref _marked);
            Volatile.Write(ref _marked, false);
            return marked;
        }

        public void Release() => Live = false;
    }
}
