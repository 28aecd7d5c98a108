"""What messages look like on either side of the broker: form, charset, coding, and how one becomes another."""
