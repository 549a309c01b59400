namespace Madang.Wallet;

/// <summary>What a movement of points is for.</summary>
/// <param name="Id">The other module's name and id, such as <c>auction:0198…</c>; 1 to 200 letters. It is shown to people as a link where the module registered a <see cref="WalletLink"/>.</param>
/// <param name="Title">What people call it, such as the listing's name as it was then.</param>
public readonly record struct Reference(string Id, string? Title = null);

/// <summary>A wish to move points. Amounts are in minor units of the wallet's currency and above zero.</summary>
/// <param name="Key">
/// The idempotency key, 1 to 200 letters, unique in the whole ledger, so begin it with the module's name: <c>auction:{id}:bid:{id}</c>. The same wish under the same
/// key moves once; another wish under it is refused with 409 <c>wallet.key_reused</c>. A refused wish leaves its key free.
/// </param>
/// <param name="For">What it is for.</param>
/// <param name="Member">Whose points, or whose hold.</param>
public abstract record Movement(string Key, Reference For, Guid Member);

/// <summary>Sets available points aside. The hold's id is in the answer. Refused with 422 <c>wallet.insufficient</c>.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What it is for.</param>
/// <param name="Member">Whose points.</param>
/// <param name="Amount">How many.</param>
public sealed record HoldPoints(string Key, Reference For, Guid Member, long Amount) : Movement(Key, For, Member);

/// <summary>Makes a hold larger or smaller.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What it is for.</param>
/// <param name="Member">Whose hold.</param>
/// <param name="Hold">The hold.</param>
/// <param name="Amount">What it holds afterwards.</param>
public sealed record ChangeHold(string Key, Reference For, Guid Member, Guid Hold, long Amount) : Movement(Key, For, Member);

/// <summary>Gives a whole hold back.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What it is for.</param>
/// <param name="Member">Whose hold.</param>
/// <param name="Hold">The hold.</param>
public sealed record ReleaseHold(string Key, Reference For, Guid Member, Guid Hold) : Movement(Key, For, Member);

/// <summary>The member bought: moves held points to escrow and gives the rest of the hold back.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What was bought.</param>
/// <param name="Member">The buyer.</param>
/// <param name="Hold">The buyer's hold.</param>
/// <param name="Amount">The price, no more than the hold; null: all of it.</param>
public sealed record CaptureHold(string Key, Reference For, Guid Member, Guid Hold, long? Amount = null) : Movement(Key, For, Member);

/// <summary>Pays a seller out of escrow, maybe less a fee for the house; in one step or several, never more than was captured.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What was sold.</param>
/// <param name="Member">The buyer, whose hold was captured.</param>
/// <param name="Hold">The captured hold.</param>
/// <param name="Amount">What leaves escrow.</param>
/// <param name="To">The seller.</param>
/// <param name="Fee">How much of the amount goes to revenue; less than the amount.</param>
public sealed record PayOut(string Key, Reference For, Guid Member, Guid Hold, long Amount, Guid To, long Fee = 0) : Movement(Key, For, Member);

/// <summary>Gives a buyer points back out of escrow; never more than was captured and not paid out.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What is given back for.</param>
/// <param name="Member">The buyer.</param>
/// <param name="Hold">The captured hold.</param>
/// <param name="Amount">How many.</param>
public sealed record RefundBuyer(string Key, Reference For, Guid Member, Guid Hold, long Amount) : Movement(Key, For, Member);

/// <summary>Gives points from the house's revenue, such as a prize.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="For">What for.</param>
/// <param name="Member">Who gets them.</param>
/// <param name="Amount">How many.</param>
public sealed record Reward(string Key, Reference For, Guid Member, long Amount) : Movement(Key, For, Member);

/// <summary>A provider was paid: points for a member.</summary>
internal sealed record Deposit(string Key, Reference For, Guid Member, long Amount, string Provider) : Movement(Key, For, Member);

/// <summary>A provider paid back: the held points are gone.</summary>
internal sealed record Withdraw(string Key, Reference For, Guid Member, Guid Hold, string Provider) : Movement(Key, For, Member);

/// <summary>The operator sets something right, up or down, against revenue.</summary>
internal sealed record Adjust(string Key, Reference For, Guid Member, long Amount, string Actor) : Movement(Key, For, Member);

/// <summary>A movement that was made, or had been made before under the same key.</summary>
/// <param name="Transfer">Its id in the ledger; it grows with time.</param>
/// <param name="Hold">The hold that it opened or changed.</param>
/// <param name="Amount">What it moved.</param>
/// <param name="Repeated">True: it had been made before, and nothing moved now.</param>
public sealed record Moved(Guid Transfer, Guid? Hold, long Amount, bool Repeated);
