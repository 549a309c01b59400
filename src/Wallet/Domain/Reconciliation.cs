namespace Madang.Wallet.Domain;

/// <summary>What we think of a payment. What is being refunded may have been paid back at the provider already, or not.</summary>
internal sealed record OurPayment(Guid Charge, string? Payment, long Paid, long Refunded, long Refunding);

/// <summary>A payment on which the two books differ.</summary>
/// <param name="Kind"><c>missing_here</c>: the provider has money that we gave no points for; <c>missing_there</c>; <c>amount</c>; <c>refunded</c>.</param>
/// <param name="Charge">Our charge's id.</param>
/// <param name="Payment">The payment's id at the provider.</param>
/// <param name="Ours">Paid less refunded, by the ledger.</param>
/// <param name="Theirs">Paid less refunded, by the provider.</param>
public sealed record Difference(string Kind, Guid Charge, string? Payment, long Ours, long Theirs);

/// <summary>Lays the ledger beside the provider's books.</summary>
internal static class Reconciliation
{
    /// <summary>What was not compared in a month is not made up for any more by itself; the operator may ask for any day.</summary>
    public const int MostDays = 31;

    /// <summary>The days that are to be compared, oldest first: those up to yesterday that were not, from the provider's first charge on. Without a charge yesterday alone.</summary>
    public static IReadOnlyList<DateOnly> Missing(DateOnly yesterday, DateOnly? first, IReadOnlySet<DateOnly> done)
    {
        var earliest = yesterday.AddDays(1 - MostDays);
        var from = first is not { } day || day > yesterday ? yesterday : day < earliest ? earliest : day;
        return [.. Enumerable.Range(0, yesterday.DayNumber - from.DayNumber + 1).Select(from.AddDays).Where(one => !done.Contains(one))];
    }

    public static IReadOnlyList<Difference> Compare(IReadOnlyCollection<OurPayment> ours, IReadOnlyCollection<ProviderPayment> theirs)
    {
        var known = theirs.ToDictionary(payment => payment.Order);
        var differences = new List<Difference>();
        foreach (var our in ours)
        {
            var net = our.Paid - our.Refunded;
            if (!known.Remove(our.Charge, out var their) || their.Stage != PaymentStage.Paid)
                differences.Add(new("missing_there", our.Charge, our.Payment, net, 0));
            else if (their.Amount != our.Paid)
                differences.Add(new("amount", our.Charge, their.Payment, net, their.Amount - their.Refunded));
            else if (their.Refunded < our.Refunded || their.Refunded > our.Refunded + our.Refunding)
                differences.Add(new("refunded", our.Charge, their.Payment, net, their.Amount - their.Refunded));
        }
        differences.AddRange(known.Values.Where(their => their.Stage == PaymentStage.Paid)
            .Select(their => new Difference("missing_here", their.Order, their.Payment, 0, their.Amount - their.Refunded)));
        return differences;
    }
}
